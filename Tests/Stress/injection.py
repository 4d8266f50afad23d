"""Errors of system calls that strace injects; its log tells whether there were any."""

import shutil

from harness import promise, skipped

# Not told, because nothing has failed: the call is done again.
QUIET = {"EAGAIN", "EINTR"}
COMMON = ["EAGAIN", "EINTR", "EBADF", "EFAULT", "EINVAL", "ENOMEM", "EIO", "EPERM"]


def injecting(call, error, when, *paths):
    """What runs a program with a call that fails: when is strace's, counted for each thread; paths may be made of the program."""
    return disturbing(call, f"error={error}", when, *paths)


def killing(call, when, *paths):
    """What runs a program that is killed at a call."""
    return disturbing(call, "signal=KILL", when, *paths)


def disturbing(call, what, when, *paths):
    def words(program):
        only = [str(path(program) if callable(path) else path) for path in paths]
        return ["strace", "-D", "-f", "-qq", "-o", str(program.trace), "-e", f"trace={call}",
                "-e", f"inject={call}:{what}:when={when}", *(word for path in only for word in ("-P", path))]
    return words


def injected(program):
    return program.trace.read_text(errors="replace").count("(INJECTED)")


class Tally:
    """What the runs of one promise came to: the errors that were injected, and what went wrong."""

    def __init__(self):
        self.errors = self.runs = 0
        self.wrong = {}

    def add(self, program, wrong, *name):
        """Counts a run; one in which nothing was injected proves nothing."""
        count = injected(program)
        self.runs += 1
        self.errors += count
        if not count:
            wrong = ["not injected", *wrong]
        if wrong:
            self.wrong[name] = wrong

    def report(self, text, more=""):
        wrong = f", but {self.wrong}" if self.wrong else ""
        promise(text, f"{self.errors} errors in {self.runs} runs{more}{wrong}", not self.wrong)


def is_possible(what):
    """Whether strace is there; says so if it is not."""
    if shutil.which("strace"):
        return True
    skipped(what, "strace is missing")
    return False
