"""A server that runs out of descriptors."""

import time

from harness import PATIENCE, Server, answers, is_answered, promise, wait_until

LIMIT = 64
PEERS = 200


def run():
    with Server(descriptors=LIMIT) as server:
        peers = [server.tcp(timeout=1) for _ in range(PEERS)]
        failure = server.await_events("failure")[0]
        accepted = len(server.take("connected"))
        share = server.processor_share(5)
        named = failure["call"].startswith("accept") and "too many open files" in failure["error"].lower()
        promise("without descriptors the failure is named, once", f"{failure['call']}: {failure['error']}; {len(server.take('failure'))} told",
                named and len(server.take("failure")) == 1)
        promise("it does not spin", f"{share:.1%} of a processor over 5 s, {PEERS - accepted} waiting", share < 0.05)
        served = sum(is_answered(peer) for peer in peers[:accepted])
        promise("those that are connected are served, and datagrams", f"{served} of {accepted}",
                served == accepted and answers(server.udp, b"hello", b"OK\0\0"))
        for peer in peers[:20]:
            peer.close()
        started = time.monotonic()
        wait_until("accept", lambda: len(server.take("connected")) >= accepted + 20)
        seconds = time.monotonic() - started
        late = sum(is_answered(peer) for peer in peers[accepted:accepted + 20])
        promise("accepting goes on when descriptors return", f"20 more after {seconds * 1000:.0f} ms, {late} answered",
                seconds < 1 and late == 20)
        for peer in peers:
            peer.close()
        wait_until("all ends", lambda: len(server.take("disconnected")) == len(server.take("connected")), PATIENCE)
        code, totals = server.stop()
    promise("it ends in order", f"code {code}, {totals['connections']} connections", code == 0 and totals["connections"] >= accepted + 20)
