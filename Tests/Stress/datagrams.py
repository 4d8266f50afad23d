"""Floods of datagrams, every size, and loops between servers."""

import bisect
import contextlib
import signal
import socket
import struct
import threading
import time

from harness import Server, promise, skipped, wait_until

FLOOD = 500_000


def sizes():
    wanted = [*range(0, 1500), *range(1500, 65_507, 97), 65_507]
    with Server("--only", "udp", "--bind", "127.0.0.1") as server:
        with server.udp() as peer:
            answered = 0
            for size in wanted:
                peer.send(b"x" * size)
                if size:
                    answered += peer.recv(16) == b"OK\0\0"[:size]
        messages = server.await_events("message", len(wanted))
        whole = all(event["bytes"] == size and len(event["text"]) == size for event, size in zip(messages, wanted))
        _, totals = server.stop()
    promise("datagrams of 0 to 65 507 bytes are taken whole", f"{len(messages)} sizes, {totals['truncated']} truncated",
            whole and totals["truncated"] == 0)
    promise("each but the empty one is answered, never with more than was sent", f"{answered} of {len(wanted) - 1}",
            answered == len(wanted) - 1)


def counts(server):
    """What has been received and dropped so far; messages are counted, not kept."""
    received = len(server.take("message"))
    return received, sum(event["count"] for event in server.take("dropped") if event["by"] == "kernel")


def flood():
    with Server("--only", "udp", "--bind", "127.0.0.1", "--reply", "none") as server:
        datagram = b"y" * 100
        with server.udp() as peer:
            start = time.monotonic()
            for _ in range(FLOOD):
                peer.send(datagram)
            seconds = time.monotonic() - start
        wait_until("every datagram", lambda: sum(counts(server)) == FLOOD, 30, 0.2)
        received, dropped = counts(server)
        code, totals = server.stop()
    promise("a flood: received + dropped = sent", f"{received} + {dropped} = {FLOOD} at {FLOOD / seconds / 1000:.0f}k/s",
            totals["messages"] + totals["dropped"] == FLOOD and code == 0)


def stopped_flood():
    """The server can't read at all for a while: the kernel must drop."""
    sent = 40_000
    with Server("--only", "udp", "--bind", "127.0.0.1", "--reply", "none") as server:
        server.signal(signal.SIGSTOP)
        with server.udp() as peer:
            for _ in range(sent):
                peer.send(b"z" * 1000)
        server.signal(signal.SIGCONT)
        start = time.monotonic()
        wait_until("every datagram", lambda: sum(counts(server)) == sent, 10, 0.05)
        seconds = time.monotonic() - start
        received, dropped = counts(server)
        _, totals = server.stop()
    promise("what the kernel drops is counted, though nothing comes after it", f"{received} + {dropped} = {sent}, told after {seconds:.1f} s",
            dropped > 0 and totals["dropped"] == dropped and totals["messages"] == received)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def forge(source_port, target_port, payload):
    """Sends a datagram over loopback that claims to come from another port."""
    udp = struct.pack("!HHHH", source_port, target_port, 8 + len(payload), 0) + payload
    address = socket.inet_aton("127.0.0.1")
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, address, address)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(head + udp, ("127.0.0.1", 0))


def loops():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
    except PermissionError:
        return skipped("loops between two servers", "forged datagrams need CAP_NET_RAW")
    arguments = ("--only", "udp", "--bind", "127.0.0.1")
    with Server(*arguments) as left, Server(*arguments) as right:
        for _ in range(10):
            forge(left.ports["udp"], right.ports["udp"], b"hello")
        wait_until("the forged", lambda: len(right.take("message")) == 10 and len(left.take("message")) == 10)
        time.sleep(1)
        seen = (len(right.take("message")), len(left.take("message")))
        _, totals = left.stop()
        right.stop()
    promise("two servers don't answer each other's receipts", f"10 forged made {seen[0]} + {seen[1]} messages in 1 s, "
            f"{totals['refused']} refusals counted", seen == (10, 10) and totals["refused"] == 10)
    with Server(*arguments, "--reply", "echo") as server:
        for source in (server.ports["udp"], 7, 1023):
            for _ in range(5):
                forge(source, server.ports["udp"], b"hello")
        wait_until("the forged", lambda: len(server.take("message")) == 15)
        time.sleep(0.5)
        seen = len(server.take("message"))
        _, totals = server.stop()
    promise("no answer to our own port nor to one below 1024", f"15 forged made {seen} messages, {totals['refused']} refusals counted",
            seen == 15 and totals["refused"] == 15 and totals["bytes_sent"] == 0)
    with Server(*arguments, "--reply", "echo") as left, Server(*arguments, "--reply", "echo") as right:
        forge(left.ports["udp"], right.ports["udp"], b"hello")
        time.sleep(1)
        right.stop()
        _, totals = left.stop()
    # Not promised: an echo of an echo is what RFC 862 asks for. The figure says what it costs.
    print(f"note two servers that echo (--reply echo) on one machine, and one forged datagram: {totals['messages']} messages in 1 s")


def address_off_loopback():
    """An address of this machine that isn't loopback; traffic to it stays on this machine all the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return None
        return probe.getsockname()[0]


class Listening(threading.Thread):
    """Takes a peer's replies as they come, and notes when."""

    def __init__(self, peer):
        super().__init__()
        peer.settimeout(1.5)
        self.peer, self.moments = peer, []
        self.start()

    def run(self):
        with contextlib.suppress(TimeoutError):
            while True:
                self.peer.recv(16)
                self.moments.append(time.monotonic())

    def most_in_a_second(self):
        self.join()
        return max((bisect.bisect_left(self.moments, moment + 1) - index for index, moment in enumerate(self.moments)), default=0)


def replies(address, name, bursts, least):
    """Datagrams in bursts, each a moment in seconds and a count; at least so many replies are to come within one second."""
    with Server("--only", "udp", "--bind", address) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.connect((address, server.ports["udp"]))
        listening = Listening(peer)
        start = time.monotonic()
        for moment, count in bursts:
            time.sleep(max(0, start + moment - time.monotonic()))
            for index in range(count):
                peer.send(b"hello")
                if index % 100 == 99:
                    # Its own buffer has no room for all of the replies.
                    time.sleep(0.001)
        wait_until("every datagram", lambda: sum(counts(server)) == sum(count for _, count in bursts), 30, 0.1)
        seconds = time.monotonic() - start
        most = listening.most_in_a_second()
        _, totals = server.stop()
    answered = totals["bytes_sent"] // 4
    promise(f"off loopback at most 1000 replies to one source in any second, refusals counted ({name})",
            f"{answered} replies in {seconds:.1f} s, at most {most} in one, {totals['refused']} refused, {totals['messages']} received",
            least <= most <= 1100 and len(listening.moments) == answered and answered + totals["refused"] == totals["messages"])


def reply_rate():
    address = address_off_loopback()
    if not address:
        return skipped("at most 1000 replies a second off loopback", "this machine has no other address")
    replies(address, "20 000 in 2.5 s", [(index * 0.0125, 100) for index in range(200)], 900)
    # Around the end of a second that begins with the first of them.
    replies(address, "1, 1500 and 1500 within 1.1 s", [(0, 1), (0.94, 1500), (1.03, 1500)], 200)


def run():
    sizes()
    flood()
    stopped_flood()
    loops()
    reply_rate()
