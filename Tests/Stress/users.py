"""Unix sockets and other users of the machine."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile

from harness import PATIENCE, PROGRAMS, Program, Server, promise, receive, skipped, wait_until

OTHER = 65534


def be_other():
    os.setgroups([])
    os.setgid(OTHER)
    os.setuid(OTHER)


def as_stranger(path, words=b".\n", count=16):
    """What another user's words to a Unix socket are answered with, or why they do not get there."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            be_other()
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(5)
                peer.connect(str(path))
                # A server that refuses it may be done with it by then.
                with contextlib.suppress(BrokenPipeError):
                    peer.sendall(words)
                os.write(writer, peer.recv(count))
        except OSError as error:
            os.write(writer, type(error).__name__.encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with open(reader, encoding="ascii") as told:
        return told.read().strip()


def stops(folder):
    path = folder / "socket"
    with Server("--unix", path) as server:
        mode = path.stat().st_mode & 0o777
        kept_out = as_stranger(path)
        # What the mode keeps out must be refused where somebody has changed the mode.
        path.chmod(0o666)
        let_in = as_stranger(path)
        wait_until("refusal", lambda: server.take("refused"))
        is_running = server.is_running
        with socket.socket(socket.AF_UNIX) as own:
            own.connect(str(path))
            own.sendall(b".\n")
            receive(own, 3)
        code, totals = server.wait(), server.take("stopped")[0]
    promise("a Unix socket keeps other users out", f"mode {mode:o}, {kept_out}", mode == 0o600 and kept_out == "PermissionError")
    promise("one of another user who gets in all the same may not stop the server, our own may",
            f"answered {let_in}, {totals['stops_refused']} refused, then code {code}",
            let_in == "OK" and is_running and totals["stops_refused"] == 1 and code == 0)


def start(path):
    """How a server on this path fares: whether it listens, its exit code, what it says."""
    with Program("echo_server", 0, "--no-tui", "--unix", path) as server:
        wait_until("start", lambda: b"waiting" in server.output.read_bytes() or not server.is_running)
        is_listening = server.is_running
        server.process.terminate()
        return is_listening, server.wait(), server.notices.read_text()


def stale(folder):
    """Sockets that nobody listens on any more."""
    def leave(name, owner):
        path = folder / name
        with socket.socket(socket.AF_UNIX) as gone:
            gone.bind(str(path))
        os.chown(path, owner, owner)
        return path

    own, others = leave("own", os.getuid()), leave("others", OTHER)
    before = others.lstat().st_ino
    is_replaced, code, _ = start(own)
    promise("a stale socket of ours is replaced", f"listens, code {code}", is_replaced and code == 0)
    is_replaced, code, notices = start(others)
    promise("another user's is not", f"code {code}: {notices.strip()}",
            not is_replaced and code == 71 and notices.count("\n") == 1 and others.lstat().st_ino == before)
    target = leave("target", os.getuid())
    link = folder / "link"
    link.symlink_to(target)
    is_replaced, code, notices = start(link)
    promise("nor is a link", f"code {code}: {notices.strip()}", not is_replaced and code == 71 and link.is_symlink() and target.exists())


def folders(folder):
    """Where others could put a socket of theirs in the place of ours."""
    wrong = {}
    for name, owner, mode, expected in (("shared", 0, 0o777, 77), ("sticky", 0, 0o1777, 0), ("theirs", OTHER, 0o755, 77)):
        path = folder / name
        path.mkdir()
        os.chown(path, owner, owner)
        path.chmod(mode)
        _, code, notices = start(path / "socket")
        if code != expected:
            wrong[name] = (code, notices)
    promise("a folder in which others can put something else in its place is refused with 77, unless it is sticky",
            f"3 folders{', but ' + str(wrong) if wrong else ''}", not wrong)


def control():
    """A server's control socket, and another user."""
    with Server() as server:
        folder = pathlib.Path(server.folder.name)
        path = folder / "echo" / f"{server.ports['tcp']}.sock"
        modes = [(entry.stat().st_mode & 0o777) for entry in (path, path.parent)]
        words = b'{"command":"stop"}\n{"attach":"oldest"}\n'
        kept_out = as_stranger(path, words)
        for entry, mode in ((path, 0o666), (path.parent, 0o755), (folder, 0o755)):
            entry.chmod(mode)
        let_in = as_stranger(path, words, 1024)
        is_running = server.is_running
        code, _ = server.stop()
    promise("the control socket keeps other users out", f"modes {modes[0]:o} and {modes[1]:o}, {kept_out}",
            modes == [0o600, 0o700] and kept_out == "PermissionError")
    promise("one who gets in all the same hears and does nothing", f"{let_in}, then code {code}",
            "error" in let_in and "hello" not in let_in and is_running and code == 0)


GREETING = (b'{"event":"hello","protocol":1,"program":"echo_server","version":"1.0","instance":"0123456789abcdef","name":"5000","pid":1,'
            b'"framing":"line","reply":"ok","stop_on_dot":"local","started":"2026-11-22T15:47:58.004000Z","oldest":1,"next":1,'
            b'"listening":[{"transport":"tcp","address":"127.0.0.1:5000"}]}\n')


def listens(path):
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            return True
    except OSError:
        return False


def pretend(path):
    """Another user's program that listens at the path and greets as a server does; its process."""
    child = os.fork()
    if child:
        wait_until("listener", lambda: listens(path))
        return child
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            # Who listens is who the kernel tells of.
            be_other()
            listener.listen()
            peers = []
            while True:
                peers.append(listener.accept()[0])
                # Whoever only looks whether somebody listens is gone by now.
                with contextlib.suppress(OSError):
                    peers[-1].sendall(GREETING)
    finally:
        os._exit(0)


def watch(runtime, *arguments):
    ended = subprocess.run([str(PROGRAMS / "echo_monitor"), "--no-tui", *arguments], capture_output=True, timeout=PATIENCE, check=False,
                           env={**os.environ, "SWIFT_BACKTRACE": "enable=no", "XDG_RUNTIME_DIR": str(runtime)})
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode().strip()


def monitors(folder):
    """The monitor, where another user's program pretends to be a server of ours."""
    told = {}
    for name, owner, mode in (("theirs", OTHER, 0o755), ("ours", os.getuid(), 0o700)):
        runtime = folder / f"runtime-{name}"
        sockets = runtime / "echo"
        sockets.mkdir(parents=True)
        runtime.chmod(0o711)
        child = pretend(sockets / "5000.sock")
        os.chown(sockets, owner, owner)
        sockets.chmod(mode)
        try:
            told[name] = [watch(runtime, *arguments) for arguments in (("5000",), ("--list",), ())]
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    codes = {name: [code for code, _, _ in ends] for name, ends in told.items()}
    shown = [output for ends in told.values() for _, output, _ in ends if output]
    promise("another user's program is no server of ours to the monitor", f"codes {codes}, {told['ours'][0][2]}",
            codes == {"theirs": [77, 77, 77], "ours": [77, 0, 69]} and not shown)


def run():
    if os.getuid():
        return skipped("Unix sockets and other users", "only root can act as another user")
    with tempfile.TemporaryDirectory(prefix="echo-stress-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o711)
        stops(folder)
        stale(folder)
        folders(folder)
        control()
        monitors(folder)
