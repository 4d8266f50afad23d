"""Idle crowds, slow ones, and those beyond the limit of connections."""

import time

from harness import Server, allow_descriptors, answers, is_answered, mebibytes, percentile, promise, receive, wait_until

CROWD = 10_000


def idle_crowd():
    with Server("--only", "tcp") as server:
        with server.tcp() as warm:
            is_answered(warm)
        wait_until("end", lambda: server.take("disconnected"))
        before = server.memory
        peers = [server.tcp() for _ in range(CROWD)]
        server.await_events("connected", CROWD + 1)
        idle = (server.memory - before) / CROWD
        share = server.processor_share(2)
        answered = sum(is_answered(peer) for peer in peers)
        used = (server.memory - before) / CROWD
        promise("an idle connection costs at most 10 KiB", f"{idle:.0f} B each of {CROWD}, {used:.0f} B after a message, "
                f"{mebibytes(server.memory)} in all", max(idle, used) <= 10 << 10)
        promise("an idle crowd takes no time", f"{share:.2%} of a processor", share < 0.01)
        promise("each of the crowd is answered", f"{answered} of {CROWD}", answered == CROWD)

        refused = []
        for _ in range(50):
            refused.append(server.tcp())
        ended = sum(peer.recv(1) == b"" for peer in refused)
        wait_until("refusals", lambda: sum(event["count"] for event in server.take("refused")) == 50)
        limit = server.events["refused"][0]
        promise("beyond the limit new ones are refused, and counted", f"{ended} of 50 ended, limit {limit['limit']}",
                ended == 50 and limit["what"] == "connections" and limit["limit"] == CROWD)
        peers.pop().close()
        wait_until("a place", lambda: len(server.take("disconnected")) == 2)
        promise("when one leaves, the next is served", "answered", answers(server.tcp))
        code, totals = server.stop()
        for peer in peers + refused:
            peer.close()
    promise("the totals count the refused", f"{totals['refused']}, code {code}", totals["refused"] == 50 and code == 0)


def slow_crowd():
    """Each sends a byte now and then and never ends its line."""
    with Server("--only", "tcp") as server:
        peers = [server.tcp() for _ in range(1000)]
        server.await_events("connected", 1000)
        before = server.memory
        times = []
        with server.tcp() as other:
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                for index, peer in enumerate(peers):
                    peer.send(b"x")
                    if index % 50 == 0:
                        start = time.perf_counter()
                        other.sendall(b"ping\n")
                        receive(other, 3)
                        times.append(time.perf_counter() - start)
        each = (server.memory - before) / 1000
        promise("peers that send a byte at a time cost memory only", f"{each:.0f} B each of 1000; others' p99 "
                f"{percentile(times, 0.99) * 1000:.2f} ms", each <= 10 << 10 and percentile(times, 0.99) < 0.1)
        for peer in peers:
            peer.close()
        server.await_events("disconnected", 1000)
        _, totals = server.stop()
    promise("their unfinished lines are counted", f"{totals['partial']} partial", totals["partial"] == 1000)


def silent_crowd():
    with Server("--only", "tcp", "--idle-timeout", "2") as server:
        peers = [server.tcp() for _ in range(100)]
        started = time.monotonic()
        server.await_events("disconnected", 100, 10)
        seconds = time.monotonic() - started
        _, totals = server.stop()
        for peer in peers:
            peer.close()
    promise("--idle-timeout ends the silent, counted", f"{totals['idle']} idle after {seconds:.1f} s",
            totals["idle"] == 100 and 1.9 <= seconds <= 4)


def run():
    allow_descriptors()
    idle_crowd()
    slow_crowd()
    silent_crowd()
