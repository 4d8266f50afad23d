"""SIGKILL of a server that records, at random moments: what it acknowledged is in the file."""

import os
import random
import sqlite3
import tempfile
import threading
import time

from harness import Server, promise

ROUNDS = int(os.environ.get("ROUNDS", "100"))
CONNECTIONS = 4
LINES = 50


class Sender(threading.Thread):
    """Sends numbered lines in groups, as their receipts come, until the connection ends."""

    def __init__(self, server, number):
        super().__init__(daemon=True)
        self.peer = server.tcp()
        self.number = number
        self.acknowledged = 0
        self.start()

    def run(self):
        received = 0
        sent = 0
        try:
            while True:
                self.peer.sendall("".join(f"{self.number}:{sent + index}\n" for index in range(1, LINES + 1)).encode())
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

    def __init__(self, server, number):
        super().__init__(daemon=True)
        self.peer = server.udp(1)
        self.number = number
        self.acknowledged = 0
        self.start()

    def run(self):
        try:
            while True:
                self.peer.send(f"{self.number}:{self.acknowledged + 1}".encode())
                self.peer.recv(16)
                self.acknowledged += 1
        except OSError:
            pass


def killed(durability, rounds):
    acknowledged, recorded, lost, broken = 0, 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/recording"
        for run in range(1, rounds + 1):
            with Server("--quiet", "--record", path, "--durability", durability) as server:
                senders = [Sender(server, number) for number in range(CONNECTIONS)]
                senders.append(DatagramSender(server, CONNECTIONS))
                time.sleep(random.uniform(0.005, 0.2))
                server.process.kill()
                server.wait()
                for sender in senders:
                    sender.join()
            database = sqlite3.connect(path)
            texts = [text for (text,) in database.execute(
                "SELECT CAST(payload AS TEXT) FROM messages WHERE run = ? ORDER BY row", (run,))]
            if run % 20 == 0 and database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                broken.append(run)
            database.close()
            recorded += len(texts)
            for sender in senders:
                mine = [text for text in texts if text.startswith(f"{sender.number}:")]
                acknowledged += sender.acknowledged
                if mine != [f"{sender.number}:{index}" for index in range(1, len(mine) + 1)]:
                    broken.append((run, sender.number))
                if len(mine) < sender.acknowledged:
                    lost.append((run, sender.number, sender.acknowledged, len(mine)))
    promise(f"SIGKILL of the server with --durability {durability}, {rounds} times: each acknowledged message is recorded, once and in order",
            f"{acknowledged} acknowledged, {recorded} recorded, {len(lost)} lost{' ' + str(lost[:3]) if lost else ''}, {len(broken)} broken{' ' + str(broken[:3]) if broken else ''}",
            not lost and not broken and acknowledged > 0)


def run():
    random.seed(3)
    killed("group", ROUNDS)
    killed("each", max(1, ROUNDS // 4))
