"""Peers that never read what they are answered."""

import datetime
import socket
import threading
import time

from harness import Server, mebibytes, percentile, promise, receive, wait_until

LINE = b"x" * 999 + b"\n"
DEAF = 40


def fill(peer):
    """Sends until the server takes nothing more for a while."""
    peer.settimeout(1)
    try:
        while True:
            peer.send(LINE * 64)
    except TimeoutError:
        pass


def deaf_peers(server):
    peers = [server.tcp() for _ in range(DEAF)]
    for peer in peers:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    threads = [threading.Thread(target=fill, args=(peer,)) for peer in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return peers


def round_trips(server, count=200):
    times = []
    with server.tcp() as peer:
        for _ in range(count):
            start = time.perf_counter()
            peer.sendall(b"ping\n")
            receive(peer, 5)
            times.append(time.perf_counter() - start)
    return times


def run():
    with Server("--reply", "echo", "--only", "tcp") as server:
        round_trips(server)
        # The first half fills what isn't theirs too: the queue to the transcript, and its buffers.
        peers = deaf_peers(server)
        before = server.memory
        peers += deaf_peers(server)
        held_since = time.time() - 1
        each = (server.memory - before) / DEAF
        times = round_trips(server)
        idle_share = server.processor_share(2)
        # At most 256 KiB and the answers to one read more are queued; the buffer may hold as much again that is sent already.
        promise("a peer that reads nothing costs a bounded queue", f"{each / 1024:.0f} KiB of memory each of {DEAF}",
                each <= 2 * (256 + 64) * 1024)
        promise("others are answered meanwhile", f"p50 {percentile(times, 0.5) * 1000:.2f} ms, p99 {percentile(times, 0.99) * 1000:.2f} ms",
                percentile(times, 0.99) < 0.1)
        promise("held up, the server does not spin", f"{idle_share:.1%} of a processor", idle_share < 0.05)

        def ends():
            return [event for event in server.take("disconnected") if event["reason"] == "stalled"]

        wait_until("end of a deaf peer", ends, 45, 0.1)
        wait_until("end of all deaf peers", lambda: len(ends()) == 2 * DEAF, 90, 0.1)
        moments = [datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp() - held_since for event in ends()[DEAF:]]
        promise("30 s without progress end the connection, shown as stalled", f"{min(moments):.1f} to {max(moments):.1f} s",
                28 <= min(moments) and max(moments) <= 33)
        peak = server.peak_memory
        code, totals = server.stop()
    kept = totals["stalled"] == 2 * DEAF and code == 0
    promise("each is counted as stalled", f"{totals['stalled']} of {2 * DEAF}; peak of the server {mebibytes(peak)}", kept)
    for peer in peers:
        peer.close()
