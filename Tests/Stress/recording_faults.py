"""Errors of system calls on a recording: what was acknowledged as recorded is in the file, and the rest is told and counted."""

import itertools
import tempfile

from harness import Program, Server, answers, promise, wait_until
from injection import Tally, injecting, is_possible, killing
from recording import failed, texts_of

# The first calls belong to the start, which another run has made the file for.
FAULTS = [
    ("fdatasync", "EIO", "5"), ("fdatasync", "EIO", "5+"),
    ("pwrite64", "ENOSPC", "40"), ("pwrite64", "ENOSPC", "40+"), ("pwrite64", "EIO", "40"), ("pwrite64", "EIO", "40+"),
    ("pwrite64", "EDQUOT", "40+"), ("pwrite64", "EFBIG", "40+"),
]


def failing(call, error, when, path):
    return injecting(call, error, when, path, f"{path}-wal", f"{path}-shm")


def fails(tally, policy, durability, call, error, when):
    """A server under load whose recording fails."""
    with tempfile.TemporaryDirectory(prefix="echo-stress-") as folder:
        path = f"{folder}/recording"
        options = ("--quiet", "--record", path, "--durability", durability, "--on-record-error", policy)
        with Server(*options) as server:
            server.stop()
        with Server(*options, wrapper=failing(call, error, when, path)) as server:
            # What can't be synced any more, though it is written, counts as not recorded, and may be found all the same.
            wrong, figures = failed(server, path, 2, policy, (call, when[-1]) == ("fdatasync", "+"))
            tally.add(server, wrong, durability, call, error, when)
            return figures


def running(policy, text):
    tally, sums = Tally(), (0, 0, 0)
    for durability in ("group", "each"):
        for fault in FAULTS:
            sums = tuple(map(sum, zip(sums, fails(tally, policy, durability, *fault))))
    tally.report(text, "; {} acknowledged, {} recorded, {} unrecorded".format(*sums))


def starting():
    """The file is made before anything is bound."""
    tally = Tally()
    for call, error in (("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("openat", "EACCES"), ("openat", "EMFILE")):
        with tempfile.TemporaryDirectory(prefix="echo-stress-") as folder:
            path = f"{folder}/recording"
            with Program("echo_server", 0, "--no-tui", "--record", path, wrapper=failing(call, error, "1+", path)) as server:
                code, notices = server.wait(10), server.notices.read_text()
                is_told = notices.startswith(f"echo_server: cannot record to {path}: ") and notices.count("\n") == 1
                is_right = code == (77 if error == "EACCES" else 74) and is_told and not server.output.read_bytes()
                tally.add(server, [] if is_right else [code, notices], call, error)
    tally.report("a recording that can't be begun is one line with its reason, and 74, or 77 where it is not permitted")


def making():
    """A start that is killed at each call by which it makes the file."""
    kills, wrong = 0, []
    for call in ("openat", "pwrite64", "fdatasync", "unlink"):
        for number in itertools.count(1):
            with tempfile.TemporaryDirectory(prefix="echo-stress-") as folder:
                path = f"{folder}/recording"
                paths = [path + suffix for suffix in ("", "-journal", "-wal", "-shm")]
                with Program("echo_server", 0, "--no-tui", "--record", path, wrapper=killing(call, number, *paths)) as server:
                    wait_until("its end or its start", lambda: not server.is_running or b"waiting" in server.output.read_bytes())
                    if server.is_running:
                        break
                kills += 1
                with Server("--quiet", "--record", path) as server:
                    is_served, (code, _) = server.is_running and answers(server.tcp), server.stop()
                    if not is_served or code:
                        wrong.append((call, number, code, server.notices.read_text()))
    promise("a start that is killed while it makes the file: the next one goes on with what is there",
            f"{kills} kills{f', but {wrong[:3]}' if wrong else ''}", not wrong and kills > 0)


def run():
    if not is_possible("errors of system calls on a recording"):
        return
    starting()
    making()
    running("stop", "--on-record-error stop: nothing that is not in the file is acknowledged, the rest is counted, and told with 74")
    running("continue", "--on-record-error continue: it goes on, and tells and counts what is not recorded")
