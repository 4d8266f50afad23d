"""Errors of system calls on a recording: what was acknowledged as recorded is in the file, and the rest is told and counted."""

import tempfile

from harness import Program, Server, wait_until
from injection import Tally, injecting, is_possible
from recording import Senders, texts_of

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
            senders = Senders(server)
            told = server.await_events("recording")
            if policy == "continue":
                before = senders.acknowledged
                wait_until("receipts after it", lambda: senders.acknowledged > before + 1000)
            code, totals = server.stop()
            senders.join()
            texts = texts_of(path, 2)
            recorded = told[0]["recorded"]
            wrong = []
            if policy == "stop" and (lost := senders.missing(texts)):
                wrong.append(f"acknowledged and not in the file: {lost}")
            if senders.broken(texts):
                wrong.append("not each once and in order")
            # What can't be synced any more, though it is written, counts as not recorded, and may be found all the same.
            if len(texts) < recorded or len(texts) > recorded and (call, when[-1]) != ("fdatasync", "+"):
                wrong.append(f"{recorded} said to be recorded, {len(texts)} are")
            if totals.get("unrecorded") != totals["messages"] - recorded:
                wrong.append(f"{totals.get('unrecorded')} unrecorded of {totals['messages']}, {recorded} recorded")
            if len(told) != 1 or not told[0]["error"]:
                wrong.append(f"told: {told}")
            notices = server.notices.read_text()
            is_said = told[0]["error"] in notices and notices.count("\n") == 1
            if (code, is_said, bool(notices)) != ((74, True, True) if policy == "stop" else (0, False, False)):
                wrong.append(f"code {code}: {notices}")
            tally.add(server, wrong, durability, call, error, when)
            return senders.acknowledged, recorded, totals.get("unrecorded", 0)


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


def run():
    if not is_possible("errors of system calls on a recording"):
        return
    starting()
    running("stop", "--on-record-error stop: nothing that is not in the file is acknowledged, the rest is counted, and told with 74")
    running("continue", "--on-record-error continue: it goes on, and tells and counts what is not recorded")
