"""Terminals that take nothing any more, and terminals that vanish."""

import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import termios
import time

from harness import PROGRAMS, flood, percentile, promise, receive, wait_until


class Screen:
    """echo_server in a pseudo-terminal of its own."""

    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.slave = slave
        self.process = subprocess.Popen(
            [str(PROGRAMS / "echo_server"), str(self.port), "--only", "tcp", *arguments],
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal,
            env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"},
        )
        wait_until("server", self.is_listening)

    def is_listening(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def read(self, seconds):
        """What the terminal is sent within so many seconds."""
        data, deadline = b"", time.monotonic() + seconds
        while time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.05)[0]:
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

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master >= 0:
            self.hang_up()


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
    screen = Screen(*arguments)
    try:
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
        shown = screen.read(3)
        if not arguments:
            caught_up = f"{2 * lines:,}".encode() in shown
            promise("read again, the view catches up", f"the total of {2 * lines:,} is on the screen: {caught_up}", caught_up)
        started = time.monotonic()
        screen.process.send_signal(signal.SIGTERM)
        screen.read(0.5)
        code = screen.process.wait(10)
        promise(f"and SIGTERM ends it ({name})", f"code {code} after {time.monotonic() - started:.1f} s", code == 0)
    finally:
        screen.close()


def ends_stalled():
    screen = Screen()
    try:
        screen.read(0.5)
        talk(screen.port, 50_000)
        screen.fill()
        started = time.monotonic()
        screen.process.send_signal(signal.SIGTERM)
        code = screen.process.wait(20)
        seconds = time.monotonic() - started
        promise("SIGTERM ends a server whose terminal takes nothing", f"code {code} after {seconds:.1f} s", code == 0 and seconds < 5)
    finally:
        screen.close()


def vanished():
    for what, prepare in {"peers or not": lambda peer: (peer.sendall(b"hello\n"), receive(peer, 6)),
                          "beside a peer that never reads": lambda peer: flood(peer, b"x" * 999 + b"\n")}.items():
        screen = Screen("--reply", "echo")
        try:
            screen.read(0.5)
            with socket.create_connection(("127.0.0.1", screen.port)) as peer:
                prepare(peer)
                # What it would paint is read, as a terminal does.
                screen.read(0.5)
                started = time.monotonic()
                screen.hang_up()
                code = screen.process.wait(10)
                seconds = time.monotonic() - started
            promise(f"a vanished terminal ends it within 1 s, {what}", f"code {code} after {seconds:.2f} s", code == 0 and seconds < 1.5)
        finally:
            screen.close()


def run():
    stalled()
    stalled("--no-tui")
    ends_stalled()
    vanished()
