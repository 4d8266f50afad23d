"""Signals under load: what was acknowledged was shown."""

import os
import random
import signal
import socket
import tempfile
import threading
import time

from harness import Server, flood, promise, wait_until
from recording import Senders, texts_of

ROUNDS = int(os.environ.get("ROUNDS", "20"))
RECORDED_ROUNDS = max(1, ROUNDS // 2)
PEERS = 8


class Talker(threading.Thread):
    """Sends numbered lines without waiting for receipts, until the server ends, and counts its receipts."""

    def __init__(self, peer, number):
        super().__init__()
        self.peer, self.number = peer, number
        self.receipts = 0
        self.is_reset = False

    def run(self):
        reader = threading.Thread(target=self.count)
        reader.start()
        block = 0
        try:
            while True:
                first = block * 50
                self.peer.sendall(b"".join(b"%d:%d\n" % (self.number, first + index) for index in range(50)))
                block += 1
                # What a millisecond's rest costs in load, reading the transcript would cost a hundredfold.
                time.sleep(0.001)
        except OSError:
            pass
        reader.join()

    def count(self):
        try:
            while data := self.peer.recv(65536):
                self.receipts += data.count(b"\n")
        except OSError:
            self.is_reset = True
        try:
            self.peer.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def one_round(number, signals):
    with tempfile.TemporaryDirectory() as folder, Server("--unix", f"{folder}/socket") as server:
        talkers = []
        for index in range(PEERS):
            if index % 4 == 3:
                peer = socket.socket(socket.AF_UNIX)
                peer.connect(f"{folder}/socket")
            else:
                peer = server.tcp()
            talkers.append(Talker(peer, index))
        for talker in talkers:
            talker.start()
        time.sleep(random.uniform(0.05, 0.25))
        started = time.monotonic()
        for sent in signals:
            server.signal(sent)
            time.sleep(0.01)
        code = server.wait()
        seconds = time.monotonic() - started
        for talker in talkers:
            talker.join()
            talker.peer.close()
        shown = [0] * PEERS
        for event in server.take("message"):
            talker, _, index = event["text"].partition(":")
            # A stream's lines are shown in order, each once: its next number is its count.
            if event.get("partial") or int(index) != shown[int(talker)]:
                continue
            shown[int(talker)] += 1
        totals = server.take("stopped")
        messages = server.events["message"]
        exact = bool(totals) and totals[0]["messages"] == len(messages) == sum(shown) + sum("partial" in m for m in messages)
        return code, seconds, talkers, shown, exact


def under_load():
    acknowledged = surplus = unshown = resets = 0
    longest, codes, all_exact = 0, set(), True
    for number in range(ROUNDS):
        code, seconds, talkers, shown, exact = one_round(number, [signal.SIGTERM])
        codes.add(code)
        longest = max(longest, seconds)
        all_exact = all_exact and exact
        for talker, count in zip(talkers, shown):
            acknowledged += talker.receipts
            unshown += max(0, talker.receipts - count)
            surplus += max(0, count - talker.receipts)
            resets += talker.is_reset
    promise(f"SIGTERM under load, {ROUNDS} times: all that was acknowledged was shown", f"{acknowledged} acknowledged, {unshown} of them not shown",
            unshown == 0 and acknowledged > 0)
    # A peer that goes on sending after the server's FIN is still heard for a moment, and shown, but no longer answered.
    print(f"note {surplus} more were shown and not acknowledged, which had come after the server's FIN; {resets} of {ROUNDS * PEERS} "
          "connections ended as reset")
    promise("the totals are what was shown, each message once and in order", f"codes {sorted(codes)}", all_exact and codes == {0})
    promise("where all read, it ends without waiting", f"longest {longest:.2f} s", longest < 1.5)
    code, seconds, *_ = one_round(0, [signal.SIGTERM, signal.SIGTERM])
    promise("a second SIGTERM ends at once", f"code {code} after {seconds:.2f} s", code == 0 and seconds < 0.5)
    code, seconds, *_ = one_round(0, [signal.SIGHUP])
    promise("SIGHUP ends it within 1 s", f"code {code} after {seconds:.2f} s", code == 0 and seconds < 1)


def beside_a_deaf_peer(*signals):
    """How a server ends that has all it may queue for a peer that never reads."""
    with Server("--reply", "echo") as server, server.tcp() as peer:
        flood(peer, b"x" * 999 + b"\n")
        started = time.monotonic()
        for sent in signals:
            server.signal(sent)
            time.sleep(0.05)
        return server.wait(), time.monotonic() - started


def held_up():
    """A peer that reads nothing is waited for, but not for ever."""
    for name, signals, least, most in (
        ("SIGTERM ends it after 5 s", [signal.SIGTERM], 4.9, 5.5),
        ("a second SIGTERM ends it at once", [signal.SIGTERM] * 2, 0, 0.5),
        ("SIGHUP ends it within 1 s", [signal.SIGHUP], 0, 1),
    ):
        code, seconds = beside_a_deaf_peer(*signals)
        promise(f"beside a peer that never reads {name}", f"code {code} after {seconds:.2f} s", code == 0 and least <= seconds <= most)


def recorded():
    acknowledged = messages = 0
    wrong = []
    for number in range(RECORDED_ROUNDS):
        with tempfile.TemporaryDirectory(prefix="echo-stress-") as folder:
            path = f"{folder}/recording"
            with Server("--quiet", "--record", path) as server:
                senders = Senders(server)
                wanted = random.randrange(1, 50_000)
                wait_until("receipts", lambda: senders.acknowledged >= wanted, step=0.0005)
                code, totals = server.stop()
                senders.join()
            texts = texts_of(path, 1)
            acknowledged += senders.acknowledged
            messages += len(texts)
            faults = senders.missing(texts) + senders.broken(texts)
            if code or faults or totals["messages"] != len(texts) or totals.get("unrecorded"):
                wrong.append((number, code, faults, totals, len(texts)))
    promise(f"SIGTERM under load with --record, {RECORDED_ROUNDS} times: all that was received is recorded, and so all that was acknowledged",
            f"{acknowledged} acknowledged, {messages} recorded{', but ' + str(wrong[:3]) if wrong else ''}", not wrong)


def run():
    random.seed(1)
    under_load()
    held_up()
    recorded()
