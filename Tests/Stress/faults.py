"""Errors of system calls, injected by strace: the server goes on, the client says what happened."""

import errno
import os
import re
import shutil
import signal
import tempfile
import time

from harness import Program, Server, answers, promise, skipped

COMMON = ["EAGAIN", "EINTR", "EBADF", "EFAULT", "EINVAL", "ENOMEM", "EIO", "EPERM"]
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
# The first calls belong to the start, or to a peer that is to be served before the fault; strace counts each thread's own.
FIRST = {"epoll_wait": 3, "epoll_ctl": 4}
# Not told, because nothing has failed: the call is done again.
QUIET = {"EAGAIN", "EINTR"}
BROKEN = {("recvfrom", "ECONNRESET"), ("sendto", "ECONNRESET"), ("sendto", "EPIPE")}
STRACE = ["strace", "-D", "-f", "-qq", "-o", "/dev/null"]


def injecting(call, error, when):
    return [*STRACE, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]


def is_named(server, call, error):
    if (call, error) in BROKEN:
        return any(event["reason"] == "reset" for event in server.take("disconnected"))
    words = os.strerror(getattr(errno, error)).lower()
    told = server.take("failure") + [event for event in server.take("disconnected") if "error" in event]
    return any(words in event["error"].lower() for event in told)


def fails_once(call, error):
    """What went wrong around one failing call; nothing, if all is well."""
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
    return wrong


def servers():
    for call, errors in ERRORS.items():
        wrong = {error: faults for error in errors if (faults := fails_once(call, error))}
        figure = f"{len(errors)} errnos"
        promise(f"an error of {call} ends nothing, is named, and the server goes on", f"{figure}{', but ' + str(wrong) if wrong else ''}", not wrong)


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
    wrong, count = [], 0
    for call in ("socket", "bind", "listen", "epoll_create1", "eventfd2"):
        for error in ("ENOMEM", "EMFILE", "EACCES", "EINVAL"):
            count += 1
            wrapper = injecting(call, error, 1)
            with Program("echo_server", 0, "--no-tui", "--only", "tcp", "--bind", "127.0.0.1", wrapper=wrapper) as server:
                code, notices = server.wait(10), server.notices.read_text()
            if code not in (71, 77) or notices.count("\n") != 1 or os.strerror(getattr(errno, error)).lower() not in notices.lower():
                wrong.append((call, error, code, notices))
    promise("a start that fails is one line with its reason, and 71 or 77", f"{count} faults{', but ' + str(wrong) if wrong else ''}", not wrong)


CLIENT_ERRORS = {
    "socket": ["EMFILE", "ENFILE", "ENOMEM", "EACCES"],
    "connect": ["ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "EACCES", "EPERM", "EADDRNOTAVAIL", "EAGAIN", "EINTR"],
    "recvfrom": ERRORS["recvfrom"], "sendto": ERRORS["sendto"], "epoll_wait": COMMON, "epoll_ctl": COMMON,
    "epoll_create1": ["EMFILE", "ENOMEM"], "eventfd2": ["EMFILE", "ENOMEM"],
    "recvmmsg": ERRORS["recvmmsg"], "sendmmsg": ERRORS["sendmmsg"],
}
DATAGRAM_CALLS = ("recvmmsg", "sendmmsg")
LINES = 5


def client_fails(server, folder, call, error, when, number):
    """What went wrong in a client whose call fails; nothing, if all is well."""
    wrong = []
    path = f"{folder}/input"
    with open(path, "w", encoding="ascii") as file:
        file.write("".join(f"{number}:{index}\n" for index in range(1, LINES + 1)))
    options = ["--udp"] if call in DATAGRAM_CALLS else []
    before = len(server.take("message"))
    with open(path, "rb") as stdin, Program(
        "echo_client", "--no-tui", "--format", "json", "--timeout", "1", *options, "127.0.0.1", server.ports["tcp"],
        wrapper=injecting(call, error, when), stdin=stdin,
    ) as client:
        try:
            code = client.wait(10)
        except Exception:
            return ["it does not end"]
        output, notices = client.output.read_text(), client.notices.read_text()
    receipts = [int(found) for found in re.findall(r'"event":"receipt".*?"id":(\d+)', output)]
    time.sleep(0.02)
    texts = [event["text"] for event in server.take("message")[before:]]
    came = {text for text in texts if text.startswith(f"{number}:")}
    if len(texts) != len(set(texts)):
        wrong.append(f"a double: {texts}")
    if len(receipts) != len(set(receipts)) or len(receipts) > len(came):
        wrong.append(f"{len(receipts)} receipts for {len(came)} messages")
    if code == 0 and (len(receipts) != LINES or len(came) != LINES):
        wrong.append(f"0, but {len(came)} came and {len(receipts)} were answered")
    if code not in (0, 69, 71, 74, 75, 77) or (code and not notices.strip()):
        wrong.append(f"code {code}: {notices!r}")
    if error in QUIET and code and call not in ("connect", "epoll_ctl"):
        wrong.append(f"{code} though nothing failed: {notices!r}")
    return wrong


def clients():
    with tempfile.TemporaryDirectory() as folder, Server("--bind", "127.0.0.1") as server:
        number = 0
        for call, errors in CLIENT_ERRORS.items():
            wrong, count = {}, 0
            for when in (1, 2):
                for error in errors:
                    number += 1
                    count += 1
                    if faults := client_fails(server, folder, call, error, when, number):
                        wrong[error, when] = faults
            promise(f"client: an error of {call} is told with the right code, no false receipt, no double",
                    f"{count} faults{', but ' + str(wrong) if wrong else ''}", not wrong)


def outcome(wrapper, ends_alone=False):
    """A server under faults that are not the network's: peers served of five, messages printed, exit code, notices."""
    with Server("--bind", "127.0.0.1", wrapper=wrapper) as server:
        served = sum(answers(lambda: server.tcp(1)) for _ in range(5))
        code = server.wait() if ends_alone else server.stop()[0]
        return served, len(server.take("message")), code, server.notices.read_text()


def waiting():
    """poll(2), in which the main thread waits; its third call comes with the first message."""
    wrong = {}
    for error in ("ENOMEM", "EINVAL", "EFAULT", "EAGAIN", "EINTR", "EIO"):
        if (seen := outcome(injecting("poll", error, 3))[:3]) != (5, 5, 0):
            wrong[error] = seen
    promise("an error of poll ends nothing", f"6 errnos{', but ' + str(wrong) if wrong else ''}", not wrong)
    with Server("--bind", "127.0.0.1", wrapper=injecting("poll", "ENOMEM", "3+")) as server:
        answers(lambda: server.tcp(1))
        share = server.processor_share(0.5)
        code, notices = server.wait(10), server.notices.read_text()
    promise("poll failing for ever spins nothing, and is told with 71", f"{share:.1%} of a processor, code {code}",
            share < 0.05 and code == 71 and os.strerror(errno.ENOMEM) in notices)


def outputs():
    """write(2) to both streams, and the eventfd(2) by which threads wake each other."""
    wrong, count = {}, 0

    def expect(call, error, when, path, code):
        nonlocal count
        count += 1
        served, printed, ended, notices = outcome(lambda program: [*injecting(call, error, when), "-P", path(program)], ends_alone=code != 0)
        is_whole = (served, printed) == (5, 5) or code == 74 or error == "EPIPE"
        if ended != code or not is_whole or (os.strerror(getattr(errno, error)) in notices) != (code == 74):
            wrong[call, error, when] = (served, printed, ended, notices)

    for error in ("EAGAIN", "EINTR", "EIO", "ENOSPC", "EFBIG", "EDQUOT", "EBADF", "EINVAL", "EPERM", "EPIPE"):
        # The second write of the output is the first after a peer has come.
        expect("write", error, 2, lambda program: str(program.output), 0 if error in (*QUIET, "EPIPE") else 74)
        expect("write", error, 1, lambda program: str(program.notices), 0)
    for error in ("EINTR", "EAGAIN", "EIO"):
        expect("read", error, 1, lambda _: "anon_inode:[eventfd]", 0)
    # EAGAIN would say that the counter is full: that it wakes already.
    expect("write", "EINTR", 1, lambda _: "anon_inode:[eventfd]", 0)
    promise("an error of a write to the output ends it with 74 and one line, EPIPE quietly, those of the notices and of waking nothing",
            f"{count} faults{', but ' + str(wrong) if wrong else ''}", not wrong)


def run():
    if not shutil.which("strace"):
        return skipped("errors of system calls", "strace is missing")
    starts()
    waiting()
    outputs()
    servers()
    lasting()
    clients()
