"""Peers that never read what they are answered."""

import datetime
import socket
import threading
import time

from harness import Server, flood, mebibytes, percentile, promise, receive, wait_until

LINE = b"x" * 999 + b"\n"
DEAF = 40
QUEUE = 256 << 10
READ = 64 << 10
RECEIPT = len(b"OK\n")


def deaf_peers(server, count, block):
    peers = [server.tcp() for _ in range(count)]
    for peer in peers:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    threads = [threading.Thread(target=flood, args=(peer, block, 1)) for peer in peers]
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


def ends(server):
    return [event for event in server.take("disconnected") if event["reason"] == "stalled"]


def echoes(server):
    """Messages that come back whole."""
    round_trips(server)
    # Some of what the first fill isn't theirs: the queue to the transcript, and its buffers, which may grow once more.
    peers, memories = deaf_peers(server, DEAF, LINE * 64), [server.memory]
    for _ in range(2):
        peers += deaf_peers(server, DEAF, LINE * 64)
        memories.append(server.memory)
    held_since = time.time() - 1
    each = min(after - before for before, after in zip(memories, memories[1:])) / DEAF
    times = round_trips(server)
    idle_share = server.processor_share(2)
    # The buffer keeps what is sent until that is half of it.
    promise("a peer that reads nothing costs no more than twice what is queued for it", f"{each / 1024:.0f} KiB of memory each of {DEAF}",
            each <= 2 * (QUEUE + READ))
    promise("others are answered meanwhile", f"p50 {percentile(times, 0.5) * 1000:.2f} ms, p99 {percentile(times, 0.99) * 1000:.2f} ms",
            percentile(times, 0.99) < 0.1)
    promise("held up, the server does not spin", f"{idle_share:.1%} of a processor", idle_share < 0.05)
    wait_until("end of a deaf peer", lambda: ends(server), 45, 0.1)
    wait_until("end of all deaf peers", lambda: len(ends(server)) == len(peers), 90, 0.1)
    moments = [datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp() - held_since for event in ends(server)[-DEAF:]]
    promise("30 s without progress end the connection, shown as stalled", f"{min(moments):.1f} to {max(moments):.1f} s",
            28 <= min(moments) and max(moments) <= 33)
    queued = [event["bytes"] - event["bytes_sent"] for event in ends(server)]
    promise("at most 256 KiB are queued for it and what one read was answered with (64 KiB of echoes)",
            f"{min(queued) / 1024:.1f} to {max(queued) / 1024:.1f} KiB", QUEUE <= max(queued) <= QUEUE + READ + len(LINE))
    peak = server.peak_memory
    code, totals = server.stop()
    promise("each is counted as stalled", f"{totals['stalled']} of {len(peers)}; peak of the server {mebibytes(peak)}",
            totals["stalled"] == len(peers) and code == 0)
    for peer in peers:
        peer.close()


def receipts(server):
    """Empty lines, the shortest messages: a read has the most answers. These peers have been deaf for as long as the others."""
    wait_until("end of all deaf peers", lambda: len(ends(server)) == DEAF, 45, 0.1)
    queued = [event["messages"] * RECEIPT - event["bytes_sent"] for event in ends(server)]
    promise("at most 256 KiB are queued and what one read was answered with (192 KiB of receipts)",
            f"{min(queued) / 1024:.1f} to {max(queued) / 1024:.1f} KiB for each of {DEAF}", QUEUE <= max(queued) <= QUEUE + READ * RECEIPT)


def run():
    with Server("--only", "tcp", "--quiet") as other:
        peers = deaf_peers(other, DEAF, b"\n" * READ)
        with Server("--reply", "echo", "--only", "tcp", "--quiet") as server:
            echoes(server)
        receipts(other)
        for peer in peers:
            peer.close()
