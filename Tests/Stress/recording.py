"""SIGKILL of a server that records, at random moments: what it acknowledged is in the file."""

import math
import os
import random
import sqlite3
import tempfile
import threading

from harness import Server, promise, wait_until

ROUNDS = int(os.environ.get("ROUNDS", "20"))
# So many runs have one file: all of it is looked at after the last of them.
RUNS = 20
CONNECTIONS = 4
LINES = 50


class Sender(threading.Thread):
    """Sends numbered lines in groups, as their receipts come, until the connection ends."""

    def __init__(self, server, name):
        super().__init__(daemon=True)
        self.peer = server.tcp()
        self.name = name
        self.acknowledged = 0
        self.start()

    def run(self):
        received = 0
        sent = 0
        try:
            while True:
                self.peer.sendall("".join(f"{self.name}:{sent + index}\n" for index in range(1, LINES + 1)).encode())
                sent += LINES
                while received < 3 * sent:
                    data = self.peer.recv(1 << 16)
                    if not data:
                        return
                    received += len(data)
                    self.acknowledged = received // 3
        except OSError:
            pass


class DatagramSender(threading.Thread):
    """Sends a numbered datagram after the other has been answered."""

    def __init__(self, server, name):
        super().__init__(daemon=True)
        self.peer = server.udp(1)
        self.name = name
        self.acknowledged = 0
        self.start()

    def run(self):
        try:
            while True:
                self.peer.send(f"{self.name}:{self.acknowledged + 1}".encode())
                self.peer.recv(16)
                self.acknowledged += 1
        except OSError:
            pass


class Senders:
    """Some connections and a sender of datagrams, whose texts begin with a label; texts are what recordings have of theirs."""

    def __init__(self, server, label=""):
        self.all = [Sender(server, f"{label}{number}") for number in range(CONNECTIONS)]
        self.all.append(DatagramSender(server, f"{label}{CONNECTIONS}"))

    @property
    def acknowledged(self):
        return sum(sender.acknowledged for sender in self.all)

    def join(self):
        """Waits for all to end, as the server has."""
        for sender in self.all:
            sender.join()
            sender.peer.close()

    def missing(self, texts):
        """Who was acknowledged more than was recorded, and how much of each."""
        counts = [(sender.name, sender.acknowledged, sum(text.startswith(f"{sender.name}:") for text in texts)) for sender in self.all]
        return [(name, acknowledged, recorded) for name, acknowledged, recorded in counts if acknowledged > recorded]

    def broken(self, texts):
        """Whose messages are not each there once and in order, from the first on."""
        return [sender.name for sender in self.all
                if (mine := [text for text in texts if text.startswith(f"{sender.name}:")])
                != [f"{sender.name}:{index}" for index in range(1, len(mine) + 1)]]


def texts_of(path, run):
    """What a file has of one of its runs, in the order of the server."""
    database = sqlite3.connect(path)
    try:
        return [text for (text,) in database.execute(
            "SELECT CAST(payload AS TEXT) FROM messages WHERE run = ? ORDER BY rowid", (run,))]
    finally:
        database.close()


def is_sound(path):
    database = sqlite3.connect(path)
    try:
        return database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        database.close()


def failed(server, path, run, policy, may_have_more=False):
    """Puts a server under load whose recording fails; returns what is wrong with how it told of that and ended, and what it
    acknowledged, recorded and did not record. Its file may have more than it says, where that could not be synced."""
    senders = Senders(server)
    told = server.await_events("recording")
    if policy == "continue":
        before = senders.acknowledged
        wait_until("receipts after it", lambda: senders.acknowledged > before + 1000)
    code, totals = server.stop()
    senders.join()
    texts = texts_of(path, run)
    recorded, unrecorded = told[0]["recorded"], totals.get("unrecorded", 0)
    wrong = []
    if policy == "stop" and (lost := senders.missing(texts)):
        wrong.append(f"acknowledged and not in the file: {lost}")
    if senders.broken(texts):
        wrong.append("not each once and in order")
    if len(texts) < recorded or len(texts) > recorded and not may_have_more:
        wrong.append(f"{recorded} said to be recorded, {len(texts)} are")
    if unrecorded != totals["messages"] - recorded:
        wrong.append(f"{unrecorded} unrecorded of {totals['messages']}, {recorded} recorded")
    if len(told) != 1 or not told[0]["error"]:
        wrong.append(f"told: {told}")
    notices = server.notices.read_text()
    is_said = told[0]["error"] in notices and notices.count("\n") == 1
    if (code, is_said, bool(notices)) != ((74, True, True) if policy == "stop" else (0, False, False)):
        wrong.append(f"code {code}: {notices}")
    return wrong, (senders.acknowledged, recorded, unrecorded)


def killed(durability, rounds, most):
    """Each round ends when a random number of receipts has come, at most so many."""
    acknowledged, recorded, lost, wrong = 0, 0, [], []
    for first in range(0, rounds, RUNS):
        with tempfile.TemporaryDirectory(prefix="echo-stress-") as folder:
            path = f"{folder}/recording"
            for run in range(1, min(RUNS, rounds - first) + 1):
                with Server("--quiet", "--record", path, "--durability", durability) as server:
                    senders = Senders(server)
                    wanted = int(math.exp(random.uniform(0, math.log(most))))
                    wait_until("receipts", lambda: senders.acknowledged >= wanted, step=0.0005)
                    if not server.kill():
                        wrong.append((first + run, "ended before"))
                    senders.join()
                texts = texts_of(path, run)
                acknowledged += senders.acknowledged
                recorded += len(texts)
                lost += [(first + run, *each) for each in senders.missing(texts)]
                wrong += [(first + run, number, "not each once and in order") for number in senders.broken(texts)]
            if not is_sound(path):
                wrong.append((first + run, "the file is not sound"))
    promise(f"SIGKILL of the server with --durability {durability}, {rounds} times: each acknowledged message is recorded, once and in order",
            f"{acknowledged} acknowledged, {recorded} recorded{', lost ' + str(lost[:3]) if lost else ''}{', but ' + str(wrong[:3]) if wrong else ''}",
            not lost and not wrong and acknowledged > 0)


def run():
    random.seed(3)
    killed("group", ROUNDS, 60_000)
    killed("each", max(1, ROUNDS // 4), 2_000)
