"""Terminals that take nothing any more, and terminals that vanish."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import time

from harness import PROGRAMS, flood, percentile, promise, receive, wait_until


class Screen:
    """A program in a pseudo-terminal of its own, from the moment that it shows a server's TCP port, or ends; a wrapper makes words of it."""

    def __init__(self, *arguments, program="echo_server", wrapper=None):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.terminal = os.ttyname(slave)
        self.folder = tempfile.TemporaryDirectory(prefix="echo-stress-")
        self.trace = pathlib.Path(self.folder.name) / "trace"
        arguments = arguments if program == "echo_client" else (0, "--only", "tcp", *arguments)

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [*(wrapper(self) if wrapper else ()), str(PROGRAMS / program), *map(str, arguments)],
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal,
            env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"},
        )
        self.slave = slave
        self.shown, self.port = b"", None
        wait_until("port", lambda: self.has_shown_port() or self.process.poll() is not None)

    def has_shown_port(self):
        self.shown += self.read(0.02)
        found = re.search(rb"127\.0\.0\.1:(\d+)\D", self.shown)
        self.port = int(found[1]) if found else None
        return found is not None

    def read(self, seconds):
        """What the terminal is sent within so many seconds."""
        data, deadline = b"", time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    data += os.read(self.master, 65536)
                except OSError:
                    break
        return data

    def fill(self):
        """Fills the terminal, so that it takes nothing more as long as nobody reads."""
        writer = os.open(f"/proc/self/fd/{self.slave}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        refusals = 0
        while refusals < 20:
            try:
                os.write(writer, b"x")
                refusals = 0
            except BlockingIOError:
                # The kernel makes room by moving bytes on.
                refusals += 1
                time.sleep(0.005)
        os.close(writer)

    def hang_up(self):
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master >= 0:
            self.hang_up()
        self.folder.cleanup()


def talk(port, count, size=100, depth=500):
    """Sends lines in bursts; returns their rate and the bursts' times, each until its last receipt."""
    line = b"z" * (size - 1) + b"\n"
    times = []
    with socket.create_connection(("127.0.0.1", port), 30) as peer:
        start = time.perf_counter()
        for _ in range(count // depth):
            burst = time.perf_counter()
            peer.sendall(line * depth)
            receive(peer, 3 * depth)
            times.append(time.perf_counter() - burst)
        return count / (time.perf_counter() - start), times


def stalled(*arguments):
    with Screen(*arguments) as screen:
        name = " ".join(arguments) or "the screen"
        screen.read(0.5)
        lines = 200_000
        # Nothing is read from here on: the terminal's buffer fills, and stays full.
        talk(screen.port, lines)
        rate, times = talk(screen.port, lines)
        before = screen.processor_seconds()
        time.sleep(2)
        share = (screen.processor_seconds() - before) / 2
        promise(f"a stalled terminal holds nothing up ({name})", f"{rate / 1000:.0f}k lines/s, bursts' p99 "
                f"{percentile(times, 0.99) * 1000:.1f} ms, max {max(times) * 1000:.0f} ms", percentile(times, 0.99) < 0.2)
        promise(f"and makes nothing spin ({name})", f"{share:.1%} of a processor", share < 0.05)
        shown = screen.read(1)
        if not arguments:
            # Anew and whole: otherwise only the digits come that are others.
            os.write(screen.master, b"\x0c")
            shown = screen.read(2)
            caught_up = f"{2 * lines:,}".encode() in shown
            promise("read again, the view catches up", f"the total of {2 * lines:,} is on the screen: {caught_up}", caught_up)
        started = time.monotonic()
        screen.process.send_signal(signal.SIGTERM)
        screen.read(0.5)
        code = screen.process.wait(10)
        promise(f"and SIGTERM ends it ({name})", f"code {code} after {time.monotonic() - started:.1f} s", code == 0)


def ends_stalled():
    with Screen() as screen:
        screen.read(0.5)
        talk(screen.port, 50_000)
        screen.fill()
        started = time.monotonic()
        screen.process.send_signal(signal.SIGTERM)
        code = screen.process.wait(20)
        seconds = time.monotonic() - started
        promise("SIGTERM ends a server whose terminal takes nothing", f"code {code} after {seconds:.1f} s", code == 0 and seconds < 5)


def vanished():
    for what, prepare in {"peers or not": lambda peer: (peer.sendall(b"hello\n"), receive(peer, 6)),
                          "beside a peer that never reads": lambda peer: flood(peer, b"x" * 999 + b"\n")}.items():
        with Screen("--reply", "echo") as screen:
            screen.read(0.5)
            with socket.create_connection(("127.0.0.1", screen.port)) as peer:
                prepare(peer)
                # What it would paint is read, as a terminal does.
                screen.read(0.5)
                started = time.monotonic()
                screen.hang_up()
                code = screen.process.wait(10)
                seconds = time.monotonic() - started
            promise(f"a vanished terminal ends it within 1 s, {what}", f"code {code} after {seconds:.2f} s", code == 0 and seconds < 1)


def run():
    stalled()
    stalled("--no-tui")
    ends_stalled()
    vanished()
