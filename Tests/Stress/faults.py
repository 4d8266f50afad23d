"""Errors of system calls under the server: it goes on, and says what happened."""

import errno
import os
import signal
import tempfile
import time

from harness import Program, Server, TextServer, answers, promise
from injection import COMMON, QUIET, Tally, injecting, is_possible

# By the manual pages of the calls, and those of tcp(7), udp(7) and ip(7).
ERRORS = {
    "accept4": COMMON + ["ECONNABORTED", "EMFILE", "ENFILE", "ENOBUFS", "EPROTO", "ENETDOWN", "ENOPROTOOPT", "EHOSTDOWN", "ENONET",
                         "EHOSTUNREACH", "EOPNOTSUPP", "ENETUNREACH", "ENOTSOCK"],
    "recvfrom": COMMON + ["ECONNRESET", "ETIMEDOUT", "ECONNREFUSED", "ENOBUFS", "ENOTCONN", "EHOSTUNREACH", "ENETUNREACH", "ENOTSOCK"],
    "sendto": COMMON + ["EPIPE", "ECONNRESET", "ENOBUFS", "EACCES", "EMSGSIZE", "ENOTCONN", "EDESTADDRREQ", "EOPNOTSUPP", "ETIMEDOUT",
                        "EHOSTUNREACH", "ENETUNREACH"],
    "epoll_wait": COMMON,
    "epoll_ctl": COMMON + ["ENOSPC", "EEXIST", "ELOOP", "ENOENT"],
    "recvmmsg": COMMON + ["ECONNREFUSED", "ENOBUFS", "ENOTCONN", "ENOTSOCK", "EHOSTUNREACH"],
    "sendmmsg": COMMON + ["EACCES", "ENOBUFS", "EMSGSIZE", "ECONNREFUSED", "EDESTADDRREQ", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN"],
}
# The first calls belong to the start, or to a peer that is to be served before the fault.
FIRST = {"epoll_wait": 3, "epoll_ctl": 4}
BROKEN = {("recvfrom", "ECONNRESET"), ("sendto", "ECONNRESET"), ("sendto", "EPIPE")}
# Without them a server listens all the same: on what the system has by itself, or without a sandbox.
DISPENSABLE = ("setsockopt", "getsockopt", "fcntl", "ioctl", "prctl", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")


def reason(error):
    return os.strerror(getattr(errno, error)).lower()


def is_named(server, call, error):
    if (call, error) in BROKEN:
        return any(event["reason"] == "reset" for event in server.take("disconnected"))
    told = server.take("failure") + [event for event in server.take("disconnected") if "error" in event]
    return any(reason(error) in event["error"].lower() for event in told)


def fails_once(tally, call, error):
    wrong = []
    with Server("--bind", "127.0.0.1", wrapper=injecting(call, error, FIRST.get(call, 2))) as server:
        tcp, udp = (lambda: server.tcp(2)), (lambda: server.udp(1))
        served = [(answers(tcp), answers(udp, b"hello", b"OK\0\0")) for _ in range(5)]
        unserved = sum(not answer for pair in served for answer in pair)
        if unserved > 1:
            wrong.append(f"{unserved} peers unserved")
        if unserved and error in QUIET and call not in ("sendmmsg", "epoll_ctl"):
            wrong.append("a peer unserved though nothing failed")
        if not all(served[-1]):
            wrong.append("it does not go on")
        if not server.is_running:
            wrong.append("it ended")
        elif server.processor_share(0.2) > 0.3:
            wrong.append("it spins")
        code, totals = server.stop()
        if code or not totals:
            wrong.append(f"code {code}")
        if error not in QUIET and not is_named(server, call, error):
            wrong.append("not named")
        tally.add(server, wrong, error)


def servers():
    for call, errors in ERRORS.items():
        tally = Tally()
        for error in errors:
            fails_once(tally, call, error)
        tally.report(f"an error of {call} ends nothing, is named, and the server goes on")


def lasting():
    """A call that fails from some moment on and for ever: no spinning, and an end in order."""
    for call in ERRORS:
        with Server("--bind", "127.0.0.1", wrapper=injecting(call, "EIO", f"{FIRST.get(call, 2)}+")) as server:
            peers = [server.tcp(1) for _ in range(5)]
            for peer in peers:
                peer.send(b"hello\n")
            with server.udp(1) as peer:
                for _ in range(5):
                    peer.send(b"hello")
                    time.sleep(0.05)
            share = server.processor_share(1)
            other = call if call in ("epoll_wait", "epoll_ctl") else None
            if call in ("accept4", "recvfrom", "sendto"):
                other = answers(lambda: server.udp(1), b"hello", b"OK\0\0")
            elif other is None:
                other = answers(lambda: server.tcp(1))
            told = len(server.take("failure")) + sum("error" in event for event in server.take("disconnected"))
            for peer in peers:
                peer.close()
            started = time.monotonic()
            code, _ = server.stop()
            seconds = time.monotonic() - started
        promise(f"{call} failing for ever spins nothing, and SIGTERM ends it", f"{share:.1%} of a processor, {told} told, code {code} "
                f"after {seconds:.1f} s", share < 0.05 and told > 0 and code == 0 and seconds < 5.5 and bool(other))


def starts():
    """What is refused by name is a matter of permission; all else is the system's."""
    errors = ("ENOMEM", "EMFILE", "EINVAL", "EACCES", "EPERM")
    cases = [(call, 1, errors) for call in ("socket", "bind", "listen", "epoll_create1", "eventfd2")]
    cases += [("eventfd2", 2, errors), ("epoll_ctl", 1, errors), ("epoll_ctl", 2, errors), ("clone3", 1, ("EAGAIN",)),
              ("getsockname", "1+", ("ENOBUFS", "EINVAL"))]
    tally = Tally()
    for call, when, errors in cases:
        for error in errors:
            code = 77 if call in ("socket", "bind", "listen") and error in ("EACCES", "EPERM") else 71
            with Program("echo_server", 0, "--no-tui", "--only", "tcp", "--bind", "127.0.0.1", wrapper=injecting(call, error, when)) as server:
                try:
                    ended = server.wait(2)
                except Exception:
                    ended = "it runs"
                notices = server.notices.read_text()
                wrong = [] if ended == code and notices.count("\n") == 1 and reason(error) in notices.lower() else [ended, notices]
                tally.add(server, wrong, call, when, error)
    tally.report("a start that fails is one line with its reason, and 71, or 77 where it is not permitted")


def outcome(server, ends_alone=False):
    """A server under faults that are not the network's: peers served of ten, messages printed, exit code."""
    served = sum(answers(lambda: server.tcp(1)) + answers(lambda: server.udp(1), b"hello", b"OK\0\0") for _ in range(5))
    if not ends_alone:
        server.signal(signal.SIGTERM)
    code = server.wait()
    return served, sum(b"hello" in line for line in server.output.read_bytes().splitlines()), code


def dispensable():
    tally = Tally()
    for call in DISPENSABLE:
        for error in ("EPERM", "EIO"):
            # The name of a Unix socket is to be removed at the end, which takes a rule of the sandbox.
            with tempfile.TemporaryDirectory() as folder, Server(
                "--bind", "127.0.0.1", "--unix", f"{folder}/socket", wrapper=injecting(call, error, "1+")
            ) as server:
                seen = outcome(server)
                tally.add(server, [] if seen == (10, 10, 0) else [seen], call, error)
    tally.report("calls that a server can do without may fail for ever")


def waiting():
    """poll(2), in which the main thread waits; its third call comes with the first message."""
    tally = Tally()
    for error in ("ENOMEM", "EINVAL", "EFAULT", "EAGAIN", "EINTR", "EIO"):
        with Server("--bind", "127.0.0.1", wrapper=injecting("poll", error, 3)) as server:
            seen = outcome(server)
            tally.add(server, [] if seen == (10, 10, 0) else [seen], error)
    tally.report("an error of poll ends nothing")
    with Server("--bind", "127.0.0.1", wrapper=injecting("poll", "ENOMEM", "3+")) as server:
        answers(lambda: server.tcp(1))
        share = server.processor_share(0.5)
        code, notices = server.wait(10), server.notices.read_text()
    promise("poll failing for ever spins nothing, and is told with 71", f"{share:.1%} of a processor, code {code}",
            share < 0.05 and code == 71 and os.strerror(errno.ENOMEM) in notices)


def outputs():
    """write(2) to both streams, and the eventfd(2) by which threads wake each other."""
    tally = Tally()

    def expect(call, error, when, path, code=0, kind=Server):
        with kind("--bind", "127.0.0.1", wrapper=injecting(call, error, when, path)) as server:
            served, printed, ended = outcome(server, ends_alone=code != 0)
            notices = server.notices.read_text()
            is_whole = (served, printed) == (10, 10) or code == 74 or error == "EPIPE"
            is_told = reason(error) in notices.lower()
            wrong = [] if ended == code and is_whole and is_told == (code == 74) else [served, printed, ended, notices]
            tally.add(server, wrong, call, error, when)

    for error in ("EAGAIN", "EINTR", "EIO", "ENOSPC", "EFBIG", "EDQUOT", "EBADF", "EINVAL", "EPERM", "EPIPE"):
        # The second write of the output is the first after a peer has come.
        expect("write", error, 2, lambda program: program.output, 0 if error in (*QUIET, "EPIPE") else 74)
        # The second of the notices tells that the end has begun; of JSON there is none.
        expect("write", error, 2, lambda program: program.notices, kind=TextServer)
    for error in ("EINTR", "EAGAIN", "EIO"):
        expect("read", error, 1, "anon_inode:[eventfd]")
    # EAGAIN would say that the counter is full: that it wakes already.
    expect("write", "EINTR", 1, "anon_inode:[eventfd]")
    tally.report("an error of a write to the output ends it with 74 and one line, EPIPE quietly, those of the notices and of waking nothing")


def run():
    if not is_possible("errors of system calls"):
        return
    starts()
    dispensable()
    waiting()
    outputs()
    servers()
    lasting()
