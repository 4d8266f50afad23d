"""Errors of system calls under the client: it says what happened, with the right code, and no receipt is false."""

import contextlib
import itertools
import json
import pathlib
import socket
import subprocess
import tempfile
import time

from faults import ERRORS, reason
from harness import Program, Server, wait_until
from injection import COMMON, QUIET, Tally, injecting, is_possible

DATAGRAM_CALLS = ("recvmmsg", "sendmmsg")
LINES = 5
# A call, which of its thread's it is, and its errors. EINTR of connect(2) is none: the connection is then made all the same,
# which strace would prevent.
CASES = [
    ("socket", 1, ["EMFILE", "ENFILE", "ENOMEM", "EACCES"]),
    ("connect", 1, ["ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "EACCES", "EPERM", "EADDRNOTAVAIL", "EAGAIN"]),
    ("epoll_create1", 1, ["EMFILE", "ENOMEM"]),
    *(("eventfd2", when, ["EMFILE", "ENOMEM"]) for when in (1, 2)),
    ("clone3", 1, ["EAGAIN"]),
    *((call, when, ERRORS[call]) for call in ("recvfrom", "sendto", *DATAGRAM_CALLS) for when in (1, 2)),
    *(("epoll_wait", when, [error for error in COMMON if error != "EAGAIN"]) for when in (1, 2)),
    *(("epoll_ctl", when, COMMON) for when in (1, 2)),
]
# The system has no room for now: it is asked again.
NO_ROOM = {"ENOMEM", "ENOBUFS"}


class Client(Program):
    """A client of one run: its lines come from a file, or one at a time, each after the fate of the one before is known."""

    def __init__(self, port, number, *options, wrapper=(), path=None):
        lines = [f"{number}:{index}\n".encode() for index in range(1, LINES + 1)]
        if path:
            path.write_bytes(b"".join(lines))
        with path.open("rb") if path else contextlib.nullcontext(subprocess.PIPE) as stdin:
            super().__init__("echo_client", "--no-tui", "--format", "json", "--timeout", "1", *options, "127.0.0.1", port,
                             wrapper=wrapper, stdin=stdin)
        self.number, self.events = number, []
        if not path:
            self.feed(lines)
        self.code = self.wait(10)
        self.receipts = self.of("receipt")
        self.told = self.notices.read_text()

    def feed(self, lines):
        with contextlib.suppress(BrokenPipeError):
            for index, line in enumerate(lines):
                self.process.stdin.write(line)
                wait_until("fate", lambda: len(self.of("receipt", "timeout", "failed")) > index or not self.is_running, 10, 0.001)
        self.process.stdin.close()

    def of(self, *names):
        """What it has told so far of these kinds."""
        self.events += map(json.loads, self.new_lines())
        return [event for event in self.events if event["event"] in names]

    def came(self, server):
        """Its messages that the server has, which tells of them a moment later."""
        wait_until("messages", lambda: len(self.texts(server)) >= len(self.receipts))
        time.sleep(0.01)
        return self.texts(server)

    def texts(self, server):
        return [event["text"] for event in server.take("message") if event["text"].startswith(f"{self.number}:")]


def expected(call, when, error):
    """The exit code that the contract has for it."""
    refused = 77 if error in ("EPERM", "EACCES") else 69
    if call in ("epoll_create1", "eventfd2", "clone3") or (call, when) == ("epoll_ctl", 1):
        return 71
    if call in ("socket", "connect"):
        return refused
    if call == "epoll_wait" or error in QUIET and call != "epoll_ctl" or error in NO_ROOM and call in ("sendto", "sendmmsg"):
        return 0
    if call in DATAGRAM_CALLS and error != "EMSGSIZE":
        # Until something has come, no address is known to be the peer's.
        return refused if when == 1 else 0
    return 74


def faults(client, server, code, words=None):
    """What is wrong with a run that should end with this code, and tell why in its last line or its events, if there is a why."""
    wrong = []
    came = client.came(server)
    ids = [event["id"] for event in client.receipts]
    if len(came) != len(set(came)):
        wrong.append(f"a double: {came}")
    if len(ids) != len(set(ids)) or len(ids) > len(came):
        wrong.append(f"{len(ids)} receipts for {len(came)} messages")
    if client.code != code:
        wrong.append(f"code {client.code}, not {code}")
    if code == 0 and not len(ids) == len(came) == LINES:
        wrong.append(f"{len(came)} came and {len(ids)} were answered")
    told = client.told.lower() + str(client.of("failure")).lower()
    if client.told.count("\n") != (code != 0) or words is None and client.of("failure") or words and words not in told:
        wrong.append(f"told: {told}")
    return wrong


def sockets(server, numbers):
    tallies = {}
    for call, when, errors in CASES:
        tally = tallies.setdefault(call, Tally())
        options = ["--udp"] if call in DATAGRAM_CALLS else []
        for error in errors:
            code = expected(call, when, error)
            # What is only done again is not told.
            is_silent = code == 0 and (error in QUIET or error in NO_ROOM and call in ("sendto", "sendmmsg"))
            with Client(server.ports["tcp"], next(numbers), *options, wrapper=injecting(call, error, when)) as client:
                tally.add(client, faults(client, server, code, None if is_silent else reason(error)), when, error)
    for call, tally in tallies.items():
        tally.report(f"client: an error of {call} is told with the right code, no false receipt, no double")


def streams(server, numbers, folder):
    """read(2) of the input, write(2) of the output and of the last line."""
    tally, path = Tally(), folder / "input"
    for error in ("EIO", "EBADF", "EISDIR", "EINTR", "EAGAIN"):
        for when in (1, 2):
            code, words = (0, None) if error in QUIET else (74, reason(error))
            with Client(server.ports["tcp"], next(numbers), wrapper=injecting("read", error, when, path), path=path) as client:
                tally.add(client, faults(client, server, code, words), when, error)
    tally.report("client: an error of reading its input is told with 74, EINTR and EAGAIN are nothing")

    tally = Tally()
    for error in ("EIO", "ENOSPC", "EFBIG", "EDQUOT", "EBADF", "EPERM", "EINTR", "EAGAIN"):
        for when in (1, 2, 3):
            code, words = (0, None) if error in QUIET else (74, reason(error))
            with Client(server.ports["tcp"], next(numbers), wrapper=injecting("write", error, when, lambda program: program.output)) as client:
                tally.add(client, faults(client, server, code, words), when, error)
    tally.report("client: an error of writing its output is told with 74, EINTR and EAGAIN are nothing")

    tally = Tally()
    # Where nobody listens; what can't be told changes nothing.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        for error in ("EIO", "ENOSPC", "EPIPE", "EBADF"):
            with Client(closed.getsockname()[1], next(numbers), wrapper=injecting("write", error, 1, lambda program: program.notices)) as client:
                tally.add(client, [] if (client.code, client.told) == (69, "") else [client.code, client.told], error)
    tally.report("client: an error of writing why it ends leaves the code as it is")


def waiting(server, numbers):
    """poll(2), in which the main thread waits."""
    tally = Tally()
    for error in ("ENOMEM", "EINVAL", "EFAULT", "EAGAIN", "EINTR", "EIO"):
        for when in (1, 2, 3):
            with Client(server.ports["tcp"], next(numbers), wrapper=injecting("poll", error, when)) as client:
                tally.add(client, faults(client, server, 0), when, error)
    for when in ("1+", "3+"):
        with Client(server.ports["tcp"], next(numbers), wrapper=injecting("poll", "ENOMEM", when)) as client:
            tally.add(client, faults(client, server, 71, reason("ENOMEM")), when)
    tally.report("client: an error of poll ends nothing; for ever, it is told with 71")


def run():
    if not is_possible("errors of system calls"):
        return
    numbers = itertools.count(1)
    with tempfile.TemporaryDirectory(prefix="echo-stress-") as folder, Server("--bind", "127.0.0.1") as server:
        sockets(server, numbers)
        streams(server, numbers, pathlib.Path(folder))
        waiting(server, numbers)
