"""Ends are in time, whoever reads, takes nothing, or takes little."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

from harness import PATIENCE, PROGRAMS, flood, promise, wait_until
from terminals import Screen

# Each end with the least and the most seconds that it may take beside who holds it up.
ENDS = (
    ("SIGTERM", [signal.SIGTERM], 5.5),
    ("a second SIGTERM", [signal.SIGTERM] * 2, 0.5),
    ("SIGHUP", [signal.SIGHUP], 1),
)


class Piped:
    """A plain program whose output, or both of its streams, go into a pipe of which so many bytes a second are read, or all."""

    def __init__(self, name, *arguments, rate=None, is_joined=False, stdin=subprocess.DEVNULL):
        self.folder = tempfile.TemporaryDirectory(prefix="echo-stress-")
        self.notices = pathlib.Path(self.folder.name) / "notices"
        self.rate = rate
        self.seen = b""
        with self.notices.open("wb") as notices:
            self.process = subprocess.Popen(
                [str(PROGRAMS / name), *map(str, arguments)], stdin=stdin, bufsize=0, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if is_joined else notices,
                env={**os.environ, "SWIFT_BACKTRACE": "enable=no", "XDG_RUNTIME_DIR": self.folder.name},
            )

    def await_port(self):
        """Reads on until the server says where it listens, and after that as slowly as it is to."""
        wait_until("port", lambda: self.port())
        if self.rate != 0:
            threading.Thread(target=self.read, daemon=True).start()
        return self.port()

    def port(self):
        self.seen += os.read(self.process.stdout.fileno(), 4096) if b"waiting" not in self.seen else b""
        found = re.search(rb"tcp 127\.0\.0\.1:(\d+)", self.seen + self.notices.read_bytes())
        return int(found[1]) if found else None

    def read(self):
        while os.read(self.process.stdout.fileno(), self.rate or 65536):
            if self.rate:
                time.sleep(1)

    def end(self, signals):
        return end(self.process, signals)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


def end(process, signals):
    """Sends the signals; the exit code, and the seconds from the last of them on."""
    for number, sent in enumerate(signals):
        if number:
            time.sleep(0.3)
        started = time.monotonic()
        process.send_signal(sent)
    return process.wait(PATIENCE), time.monotonic() - started


def judge(text, code, seconds, codes, most, least=0):
    promise(text, f"code {code} after {seconds:.2f} s", code in codes and least <= seconds < most)


def readers():
    """A server whose output is taken slowly, or not at all, by one that reads both streams, or one."""
    for what, options in {"takes nothing": {"rate": 0}, "takes 1 KiB a second": {"rate": 1024},
                          "takes nothing of both streams": {"rate": 0, "is_joined": True}}.items():
        for name, signals, most in ENDS:
            with Piped("echo_server", 0, "--no-tui", "--only", "tcp", "--reply", "none", "--no-control", **options) as server:
                with socket.create_connection(("127.0.0.1", server.await_port())) as peer:
                    flood(peer, b"x" * 99 + b"\n")
                    code, seconds = server.end(signals)
            judge(f"{name} ends a server whose reader {what}", code, seconds, {74}, most)


def viewers():
    """A server with a viewer that takes nothing, and one that takes little."""
    for name, signals, most in (("SIGTERM", [signal.SIGTERM], 1), ("SIGHUP", [signal.SIGHUP], 1)):
        with Piped("echo_server", 0, "--no-tui", "--only", "tcp", "--reply", "none") as server:
            port = server.await_port()
            path = f"{server.folder.name}/echo/{port}.sock"
            watchers = []
            for _ in range(2):
                watcher = socket.socket(socket.AF_UNIX)
                watcher.connect(path)
                watcher.sendall(b'{"attach":"now"}\n')
                watchers.append(watcher)

            def take_little():
                try:
                    while watchers[0].recv(1000):
                        time.sleep(0.05)
                except OSError:
                    pass

            threading.Thread(target=take_little, daemon=True).start()
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.sendall(b"\n" * (1 << 20))
                time.sleep(0.5)
            code, seconds = server.end(signals)
            for watcher in watchers:
                watcher.close()
        judge(f"{name} ends a server with viewers that take nothing, and little", code, seconds, {0}, most)


def floods():
    """A server whose peers send without end: with a screen, which holds nobody up, and plain."""
    def flooded(port):
        peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
        return peers, [subprocess.Popen(["yes", ""], stdout=peer.fileno(), stderr=subprocess.DEVNULL) for peer in peers]

    def watch(screen):
        while screen.process.poll() is None:
            screen.read(0.2)

    def close(peers, senders):
        for sender in senders:
            sender.kill()
            sender.wait()
        for peer in peers:
            peer.close()

    for name, signals, most in ENDS:
        with Screen("--reply", "none") as screen:
            reader = threading.Thread(target=watch, args=(screen,))
            reader.start()
            held = flooded(screen.port)
            time.sleep(0.5)
            code, seconds = end(screen.process, signals)
            reader.join()
            close(*held)
        judge(f"{name} ends a server with a screen though peers send without end", code, seconds, {0}, most)
        with Piped("echo_server", 0, "--no-tui", "--only", "tcp", "--reply", "none") as server:
            held = flooded(server.await_port())
            time.sleep(0.5)
            code, seconds = server.end(signals)
            close(*held)
        judge(f"{name} ends a plain server though peers send without end", code, seconds, {0, 74}, most)


def clients():
    """A client whose peer never answers, and one whose reader takes nothing besides."""
    for what, rate in {"peer never answers": None, "reader and peer do nothing": 0}.items():
        for name, signals, most in ENDS:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                client = Piped("echo_client", "--timeout", 86400, "127.0.0.1", listener.getsockname()[1], rate=rate, stdin=subprocess.PIPE)
                with client:
                    if rate is None:
                        threading.Thread(target=client.read, daemon=True).start()
                    peer, _ = listener.accept()
                    line = b"x" * 79 + b"\n"
                    client.process.stdin.write(line * (1 if rate is None else 4000))
                    received = 0
                    while received < len(line):
                        received += len(peer.recv(65536))
                    time.sleep(0.5)
                    code, seconds = client.end(signals)
                    client.process.stdin.close()
                    peer.close()
            least = 4.9 if name == "SIGTERM" and rate is None else 0
            judge(f"{name} ends a client whose {what}", code, seconds, {74, 75}, most, least)


def monitors():
    """A monitor whose output nobody takes."""
    for name, signals, most in ENDS:
        with Piped("echo_server", 0, "--no-tui", "--only", "tcp", "--reply", "none") as server:
            port = server.await_port()
            path = f"{server.folder.name}/echo/{port}.sock"
            with Piped("echo_monitor", path, "--no-tui", rate=0) as monitor:
                wait_until("the monitor", lambda: b"watching" in monitor.notices.read_bytes())
                with socket.create_connection(("127.0.0.1", port)) as peer:
                    peer.sendall(b"\n" * (1 << 18))
                    time.sleep(0.5)
                    code, seconds = monitor.end(signals)
        judge(f"{name} ends a monitor whose reader takes nothing", code, seconds, {74}, most)


def run():
    floods()
    readers()
    viewers()
    clients()
    monitors()
