"""Unix sockets and other users of the machine."""

import os
import pathlib
import socket
import tempfile

from harness import Program, Server, promise, receive, skipped, wait_until

OTHER = 65534


def as_stranger(path):
    """What another user's stop message to a Unix socket is answered with, or why it does not get there."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(OTHER)
            os.setuid(OTHER)
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(5)
                peer.connect(str(path))
                peer.sendall(b".\n")
                os.write(writer, peer.recv(16))
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


def run():
    if os.getuid():
        return skipped("Unix sockets and other users", "only root can act as another user")
    with tempfile.TemporaryDirectory(prefix="echo-stress-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o711)
        stops(folder)
        stale(folder)
        folders(folder)
