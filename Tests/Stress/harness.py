"""What the subjects share: the release programs, their outputs, what /proc tells of them, and the report."""

import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = pathlib.Path(os.environ.get("BIN", ROOT))
PATIENCE = 30

failures = 0
skips = 0


def promise(text, figure, kept):
    """Reports one promise; any that is not kept makes the runner fail."""
    global failures
    failures += not kept
    print(f"{'ok  ' if kept else 'FAIL'} {text}: {figure}", flush=True)


def skipped(text, why):
    global skips
    skips += 1
    print(f"skip {text}: {why}", flush=True)


def flood(peer, line, patience=0.3):
    """Sends a line again and again until the other end has not read for a while: it has a peer now that never reads."""
    peer.settimeout(patience)
    sent = 0
    try:
        while True:
            sent += peer.send(line[sent % len(line):])
    except TimeoutError:
        return sent


class Timeout(Exception):
    pass


def wait_until(what, condition, seconds=PATIENCE, step=0.005):
    """Returns the condition's first true value; what doesn't happen in time ends the subject."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Timeout(f"no {what} within {seconds} s")
        time.sleep(step)


def allow_descriptors(count=None):
    """Lets this process open as many descriptors as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count or hard, hard))


class Program:
    """A running release program whose two streams go to files; a wrapper is words, or a function that makes them of the program."""

    def __init__(self, name, *arguments, wrapper=(), stdin=subprocess.DEVNULL, descriptors=None):
        self.folder = tempfile.TemporaryDirectory(prefix="echo-stress-")
        self.output = pathlib.Path(self.folder.name) / "output"
        self.notices = pathlib.Path(self.folder.name) / "notices"
        # For a wrapper that keeps one.
        self.trace = pathlib.Path(self.folder.name) / "trace"

        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        with self.output.open("wb") as output, self.notices.open("wb") as notices:
            self.process = subprocess.Popen(
                [*(wrapper(self) if callable(wrapper) else wrapper), str(PROGRAMS / name), *map(str, arguments)],
                stdin=stdin, bufsize=0, stdout=output, stderr=notices, preexec_fn=limit if descriptors else None,
                env={**os.environ, "SWIFT_BACKTRACE": "enable=no", "XDG_RUNTIME_DIR": self.folder.name},
            )
        self.pid = self.process.pid
        self.read_count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.folder.cleanup()

    def status(self, field):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        return 0

    @property
    def memory(self):
        return self.status("VmRSS")

    @property
    def peak_memory(self):
        return self.status("VmHWM")

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def processor_share(self, seconds):
        """The share of one processor that the program takes in the next seconds."""
        before, start = self.processor_seconds, time.monotonic()
        time.sleep(seconds)
        return (self.processor_seconds - before) / (time.monotonic() - start)

    @property
    def is_running(self):
        return self.process.poll() is None

    def new_lines(self):
        """The whole lines that have come to the output since the last call."""
        with self.output.open("rb") as file:
            file.seek(self.read_count)
            data = file.read()
        end = data.rfind(b"\n") + 1
        self.read_count += end
        return data[:end].splitlines()

    def wait(self, seconds=PATIENCE):
        return self.process.wait(seconds)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """SIGKILL; says whether the program's end was that, and not an earlier one."""
        self.process.kill()
        return self.wait() == -signal.SIGKILL


class Listener(Program):
    """A running echo_server, whose ports are known by their transports."""

    def tcp(self, timeout=PATIENCE):
        return socket.create_connection(("127.0.0.1", self.ports["tcp"]), timeout)

    def udp(self, timeout=PATIENCE):
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        peer.settimeout(timeout)
        peer.connect(("127.0.0.1", self.ports["udp"]))
        return peer


class TextServer(Listener):
    """A plain echo_server as people read it."""

    def __init__(self, *arguments, **options):
        super().__init__("echo_server", 0, "--no-tui", *arguments, **options)
        wait_until("waiting", lambda: b"waiting" in self.output.read_bytes())
        self.ports = {transport: int(port) for transport, port in re.findall(r"(\w+) 127\.0\.0\.1:(\d+)", self.notices.read_text())}


class Server(Listener):
    """A plain echo_server with JSON output; what it has told is kept by the events' names."""

    def __init__(self, *arguments, **options):
        super().__init__("echo_server", 0, "--no-tui", "--format", "json", *arguments, **options)
        self.events = {}
        wait_until("listening", lambda: self.take("listening") or not self.is_running)
        self.ports = {event["transport"]: int(event["address"].rsplit(":", 1)[1])
                      for event in self.take("listening") if event["transport"] != "unix"}

    def take(self, name):
        """Everything of one name that the server has told so far."""
        for line in self.new_lines():
            event = json.loads(line)
            self.events.setdefault(event["event"], []).append(event)
        return self.events.get(name, [])

    def await_events(self, name, count=1, seconds=PATIENCE):
        wait_until(f"{count} {name}", lambda: len(self.take(name)) >= count, seconds, 0.02)
        return self.events[name]

    def stop(self, seconds=PATIENCE):
        """Asks for the end; returns the exit code and the totals."""
        if self.is_running:
            self.signal(signal.SIGTERM)
        code = self.wait(seconds)
        totals = self.take("stopped")
        return code, totals[0] if totals else {}


def receive(peer, count):
    """Exactly so many bytes, or fewer at the peer's end."""
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        if not part:
            break
        data += part
    return data


def is_answered(peer, text=b"hello\n", answer=b"OK\n"):
    try:
        peer.sendall(text)
        return receive(peer, len(answer)) == answer
    except OSError:
        return False


def answers(make_peer, *arguments):
    """Whether a new peer is answered."""
    try:
        with make_peer() as peer:
            return is_answered(peer, *arguments)
    except OSError:
        return False


def mebibytes(count):
    return f"{count / (1 << 20):.1f} MiB"


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
