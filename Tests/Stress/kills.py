"""SIGKILL of either side, with messages under way, when a random number of receipts has come."""

import itertools
import math
import os
import random
import re
import subprocess
import threading

from harness import Program, TextServer, promise, wait_until

ROUNDS = int(os.environ.get("ROUNDS", "100"))
# Receipts that a round awaits at most before its kill; log-uniform, so that early moments come too.
MOST = 500_000
RECEIPT = re.compile(rb'\{"event":"receipt"[^\n]*?"id":(\d+)[^\n]*\}\n')
SHOWN = re.compile(rb": (\d+):(\d+)\n")


class Client(Program):
    """A client whose numbered lines never end."""

    def __init__(self, server, number):
        super().__init__("echo_client", "--no-tui", "--format", "json", "127.0.0.1", server.ports["tcp"], stdin=subprocess.PIPE)
        self.number = number
        self.seen = 0
        self.feeder = threading.Thread(target=self.feed)
        self.feeder.start()

    def feed(self):
        try:
            for start in itertools.count(1, 1000):
                block = memoryview("".join(f"{self.number}:{index}\n" for index in range(start, start + 1000)).encode())
                while block:
                    block = block[self.process.stdin.write(block):]
        except BrokenPipeError:
            pass

    def await_receipts(self):
        """Waits for a random number of receipts; says how many there are then."""
        wanted = int(math.exp(random.uniform(0, math.log(MOST))))

        def are_there():
            self.seen += sum(b'"receipt"' in line for line in self.new_lines())
            return self.seen >= wanted

        wait_until(f"{wanted} receipts", are_there, step=0.0005)

    def acknowledged(self):
        """How many messages it has told to be answered; their numbers are checked to be 1, 2, 3 …"""
        self.feeder.join()
        ids = [int(found) for found in RECEIPT.findall(self.output.read_bytes())]
        if ids != list(range(1, len(ids) + 1)):
            raise AssertionError("receipts out of order, or twice")
        return len(ids)


def killed_clients():
    wrong, counts = [], []
    with TextServer("--only", "tcp", "--bind", "127.0.0.1") as server:
        for number in range(ROUNDS):
            with Client(server, number) as client:
                client.await_receipts()
                if not client.kill():
                    wrong.append((number, "ended before"))
                counts.append(client.acknowledged())
        server.process.terminate()
        code = server.wait()
        shown = [[] for _ in range(ROUNDS)]
        for number, index in SHOWN.findall(server.output.read_bytes()):
            shown[int(number)].append(int(index))
    for number, (count, lines) in enumerate(zip(counts, shown)):
        # A line that the kill cut short is shown as partial; as a number it may look like an earlier one.
        whole = lines[:-1] if lines and lines[-1] != len(lines) else lines
        if whole != list(range(1, len(whole) + 1)) or count > len(whole):
            wrong.append((number, count, len(whole)))
    promise(f"SIGKILL of the client under load, {ROUNDS} times: all that it counted as answered was received, nothing twice",
            f"{sum(counts)} answered, at least {min(counts)} and at most {max(counts)}, all shown{', but ' + str(wrong[:5]) if wrong else ''}",
            not wrong and code == 0)


def killed_servers():
    answered, printed, gap, wrong, codes = 0, 0, 0, [], {}
    for number in range(ROUNDS):
        with TextServer("--only", "tcp", "--bind", "127.0.0.1") as server, Client(server, 0) as client:
            client.await_receipts()
            if not server.kill():
                wrong.append((number, "ended before"))
            code = client.wait()
            count = client.acknowledged()
            notices = client.notices.read_text()
            lines = [int(index) for _, index in SHOWN.findall(server.output.read_bytes())]
        codes[code] = codes.get(code, 0) + 1
        answered += count
        printed += len(lines)
        gap = max(gap, count - len(lines))
        if lines != list(range(1, len(lines) + 1)):
            wrong.append((number, "printed twice, or a gap"))
        if notices.count("\n") != 1:
            wrong.append((number, f"told: {notices!r}"))
    promise(f"SIGKILL of the server under load, {ROUNDS} times: what is printed is 1, 2, 3 …, nothing twice, and the client tells its loss",
            f"{answered} answered, {printed} printed, client's codes {codes}{', but ' + str(wrong[:5]) if wrong else ''}",
            not wrong and set(codes) == {74})
    print(f"note at most {gap} messages were answered and not yet printed when the server was killed")


def run():
    random.seed(2)
    killed_clients()
    killed_servers()
