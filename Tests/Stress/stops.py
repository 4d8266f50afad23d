"""Stop messages from those who may not stop the server."""

import socket

from datagrams import address_off_loopback
from harness import Server, promise, receive, skipped, wait_until

MANY = 1000


def refusals(server):
    return sum(event["count"] for event in server.take("refused") if event["what"] == "stop")


def strangers():
    address = address_off_loopback()
    if not address:
        return skipped("a stranger's stop message is refused", "this machine has only loopback addresses")
    with Server("--bind", "any") as server:
        with socket.create_connection((address, server.ports["tcp"]), 10) as peer:
            peer.sendall(b".\n" * MANY)
            answered = receive(peer, 3 * MANY).count(b"OK\n")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(10)
            peer.connect((address, server.ports["udp"]))
            for _ in range(MANY // 10):
                peer.send(b".stop")
                answered += peer.recv(16) == b"OK\0\0"
        total = MANY + MANY // 10
        wait_until("refusals", lambda: refusals(server) == total)
        marked = sum(event.get("stop_refused", False) for event in server.take("message"))
        running = server.is_running
        _, totals = server.stop()
    promise("a stranger's stop messages are answered, marked and counted, each", f"{answered} answered, {marked} marked, "
            f"{totals['stops_refused']} in the totals, of {total}", answered == marked == totals["stops_refused"] == total and running)


def browsers():
    openings = {
        "HTTP": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n.\n",
        "TLS": b"\x16\x03\x01\x00\x05hello\n.\n",
    }
    for policy in ("local", "any"):
        with Server("--stop-on-dot", policy) as server:
            for opening in openings.values():
                # A byte at a time: wherever the reads fall, it is the same connection.
                with server.tcp() as peer:
                    for index in range(len(opening)):
                        peer.send(opening[index:index + 1])
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(4096):
                        pass
            wait_until("refusals", lambda: refusals(server) == len(openings))
            running = server.is_running
            _, totals = server.stop()
        promise(f"what a browser can be made to send stops nothing (--stop-on-dot {policy})",
                f"{totals['stops_refused']} refused of {len(openings)}", running and totals["stops_refused"] == len(openings))


def run():
    strangers()
    browsers()
