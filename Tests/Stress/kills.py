"""SIGKILL of either side at random moments."""

import os
import random
import re
import tempfile
import time

from harness import Program, Server, promise, wait_until

ROUNDS = int(os.environ.get("ROUNDS", "100"))
LINES = 300_000
RECEIPT = re.compile(rb'\{"event":"receipt"[^\n]*?"id":(\d+)[^\n]*\}\n')
SHOWN = re.compile(rb": (\d+):(\d+)\n")


def numbered(path, number):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{number}:{index}\n" for index in range(1, LINES + 1))


def client_for(port, stdin):
    return Program("echo_client", "--no-tui", "--format", "json", "127.0.0.1", port, stdin=stdin)


def acknowledged(client):
    """How many messages the client has told to be answered; their numbers are checked to be 1, 2, 3 …"""
    ids = [int(found) for found in RECEIPT.findall(client.output.read_bytes())]
    if ids != list(range(1, len(ids) + 1)):
        raise AssertionError("receipts out of order, or twice")
    return len(ids)


def killed_clients(folder):
    answered, wrong, silent = 0, [], 0
    with Program("echo_server", 0, "--no-tui", "--only", "tcp", "--bind", "127.0.0.1") as server:
        wait_until("waiting", lambda: b"waiting" in server.output.read_bytes())
        port = int(server.notices.read_text().split(":")[-1])
        counts = []
        for number in range(ROUNDS):
            numbered(f"{folder}/input", number)
            with open(f"{folder}/input", "rb") as stdin, client_for(port, stdin) as client:
                time.sleep(random.uniform(0.01, 0.3))
                silent += not client.is_running
                client.process.kill()
                client.wait()
                counts.append(acknowledged(client))
        server.process.terminate()
        code = server.wait()
        shown = [[] for _ in range(ROUNDS)]
        for number, index in SHOWN.findall(server.output.read_bytes()):
            shown[int(number)].append(int(index))
    for number, count in enumerate(counts):
        answered += count
        lines = shown[number]
        # A line that the kill cut short is shown as partial; as a number it may look like an earlier one.
        whole = lines[:-1] if lines and lines[-1] != len(lines) else lines
        if whole != list(range(1, len(whole) + 1)) or count > len(whole):
            wrong.append((number, count, len(whole)))
    promise(f"SIGKILL of the client, {ROUNDS} times: all that it counted as answered was received, nothing twice",
            f"{answered} answered, all shown, {silent} rounds had ended before{', but ' + str(wrong[:5]) if wrong else ''}",
            not wrong and answered > 0 and code == 0)


def killed_servers(folder):
    numbered(f"{folder}/input", 0)
    answered, printed, gap, wrong, codes = 0, 0, 0, [], {}
    for number in range(ROUNDS):
        with Program("echo_server", 0, "--no-tui", "--only", "tcp", "--bind", "127.0.0.1") as server:
            wait_until("waiting", lambda: b"waiting" in server.output.read_bytes())
            port = int(server.notices.read_text().split(":")[-1])
            with open(f"{folder}/input", "rb") as stdin, client_for(port, stdin) as client:
                time.sleep(random.uniform(0.01, 0.3))
                server.process.kill()
                server.wait()
                code = client.wait()
                count = acknowledged(client)
                notices = client.notices.read_text()
            lines = [int(index) for _, index in SHOWN.findall(server.output.read_bytes())]
        codes[code] = codes.get(code, 0) + 1
        answered += count
        printed += len(lines)
        gap = max(gap, count - len(lines))
        if lines != list(range(1, len(lines) + 1)):
            wrong.append((number, "printed twice, or a gap"))
        if code and not notices.strip():
            wrong.append((number, f"code {code} without a word"))
        if code == 0 and count != LINES:
            wrong.append((number, "0 without all receipts"))
    promise(f"SIGKILL of the server, {ROUNDS} times: what is printed is 1, 2, 3 …, nothing twice, and the client tells its loss",
            f"{answered} answered, {printed} printed, client's codes {codes}{', but ' + str(wrong[:5]) if wrong else ''}", not wrong and answered > 0)
    print(f"note at most {gap} messages were answered and not yet printed when the server was killed")


def run():
    random.seed(2)
    with tempfile.TemporaryDirectory() as folder:
        killed_clients(folder)
        killed_servers(folder)
