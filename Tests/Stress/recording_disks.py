"""A disk that is full, and one whose power is cut, under a server that records: what it acknowledged is in the file."""

import contextlib
import math
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile

from harness import Program, Server, promise, receive, skipped, wait_until
from recording import ROUNDS, RUNS, Senders, failed, is_sound, texts_of
from terminals import Screen

# Of file systems and their images.
SMALL = "2m"
MEBIBYTES = 64


@contextlib.contextmanager
def mounted(*what):
    """A folder with a file system of its own, as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="echo-stress-") as folder:
        subprocess.run(["mount", *what, folder], check=True, capture_output=True)
        try:
            os.chmod(folder, 0o700)
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)


def small_disk():
    return mounted("-t", "tmpfs", "-o", f"size={SMALL},mode=700", "tmpfs")


def is_possible(what):
    """Whether this user may mount; says so if not."""
    if os.geteuid() == 0 and all(map(shutil.which, ("mount", "mkfs.ext4"))):
        try:
            with small_disk():
                return True
        except (OSError, subprocess.CalledProcessError):
            pass
    skipped(what, "needs root, mount(8) and mkfs.ext4(8)")
    return False


def full(policy, text):
    """A disk that fills up under load; once it has room again the file is gone on with."""
    wrong, sums = [], (0, 0, 0)
    for durability in ("group", "each"):
        with small_disk() as folder:
            path = f"{folder}/recording"
            options = ("--quiet", "--record", path, "--durability", durability)
            with Server(*options, "--on-record-error", policy) as server:
                faults, figures = failed(server, path, 1, policy)
            sums = tuple(map(sum, zip(sums, figures)))
            subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
            with Server(*options) as server:
                senders = Senders(server)
                wait_until("receipts with room", lambda: senders.acknowledged > 500)
                code, _ = server.stop()
                senders.join()
            lost = senders.missing(texts_of(path, 2))
            if code or lost or not is_sound(path):
                faults.append(f"with room again: code {code}, lost {lost}")
            wrong += [(durability, fault) for fault in faults]
    promise(text, "{} acknowledged, {} recorded, {} unrecorded".format(*sums) + (f", but {wrong[:3]}" if wrong else ""), not wrong)


def full_at_the_start():
    """A disk without any room for a recording."""
    with small_disk() as folder:
        with contextlib.suppress(OSError):
            with open(f"{folder}/filler", "wb", buffering=0) as filler:
                while filler.write(bytes(4096)):
                    pass
        path = f"{folder}/recording"
        with Program("echo_server", 0, "--no-tui", "--record", path) as server:
            code, notices = server.wait(10), server.notices.read_text()
            is_told = notices.startswith(f"echo_server: cannot record to {path}: ") and notices.count("\n") == 1
        os.unlink(f"{folder}/filler")
        with Server("--quiet", "--record", path) as server:
            senders = Senders(server)
            wait_until("receipts with room", lambda: senders.acknowledged > 50)
            again, _ = server.stop()
            senders.join()
        lost = senders.missing(texts_of(path, 1))
        promise("a disk that is full at the start is one line and 74, and what was begun there is gone on with once it has room",
                f"code {code}, then {again}{'' if is_told else ', but ' + notices}{', lost ' + str(lost) if lost else ''}",
                (code, again, is_told, lost) == (74, 0, True, []))


def full_screen():
    """What a screen shows while a disk fills up."""
    with small_disk() as folder:
        with Screen("--record", f"{folder}/recording", "--on-record-error", "continue") as screen:
            shown = screen.shown + screen.read(0.5)
            with socket.create_connection(("127.0.0.1", screen.port), 30) as peer:
                for _ in range(40):
                    peer.sendall((b"x" * 999 + b"\n") * 100)
                    receive(peer, 300)
            shown += screen.read(1)
            # As a new page of its own it is drawn whole, long after.
            os.write(screen.master, b"\x0c")
            after = screen.read(0.5)
            figures = [word in text for text, word in ((shown, b" REC "), (after, b"REC FAILED"), (after, b"NOT RECORDED: database or disk is full"))]
            promise("the screen's title says that it records, and once the disk is full its title and a banner that it does not",
                    " ".join(map(str, figures)), all(figures))


class Disk:
    """A file system in an image, which can be cut off: what had reached the image by then is what is left of it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.image = self.folder / "image"
        self.place = self.folder / "mounted"
        self.place.mkdir()
        with self.image.open("wb") as image:
            image.truncate(MEBIBYTES << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self.image)], check=True)

    def __enter__(self):
        self.mount()
        return self

    def __exit__(self, *_):
        self.unmount()

    def mount(self):
        subprocess.run(["mount", "-o", "loop", str(self.image), str(self.place)], check=True)
        os.chmod(self.place, 0o700)

    def unmount(self):
        subprocess.run(["umount", str(self.place)], check=True)

    def cut(self, end):
        """Copies the image as it is, calls `end` for those who use it, and goes on with the copy."""
        copy = self.folder / "copy"
        # The kernel writes when it likes: what was copied has to have stood at one moment.
        while True:
            subprocess.run(["cp", "--sparse=always", str(self.image), str(copy)], check=True)
            if subprocess.run(["cmp", "-s", str(self.image), str(copy)], check=False).returncode == 0:
                break
        end()
        self.unmount()
        copy.rename(self.image)
        self.mount()


def stop_still(server):
    """Has a server do nothing more, not even end; what it is in the kernel for is done before."""
    server.signal(signal.SIGSTOP)
    tasks = pathlib.Path(f"/proc/{server.pid}/task")
    wait_until("standstill", lambda: all(task.read_text().rsplit(")", 1)[1].split()[0] == "T" for task in tasks.glob("*/stat")))


def texts_in(folder, label):
    """What a recording, its earlier files included, has of those with a label, in the order of the server."""
    texts = []
    for path in folder.glob("recording*"):
        if path.name.endswith(("-wal", "-shm", "-journal")):
            continue
        database = sqlite3.connect(path)
        try:
            texts += database.execute("SELECT seq, CAST(payload AS TEXT) FROM messages WHERE payload >= ? AND payload < ?",
                                      (label.encode(), label[:-1].encode() + b"/")).fetchall()
        finally:
            database.close()
    return [text for _, text in sorted(texts)]


def cut_off(durability, rounds, most, *options):
    """Each round ends when a random number of receipts has come, at most so many."""
    acknowledged, recorded, lost, wrong = 0, 0, [], []
    for first in range(0, rounds, RUNS):
        # In memory, so that what other programs do to the disk is not in the way.
        with tempfile.TemporaryDirectory(prefix="echo-stress-", dir="/dev/shm") as folder:
            with Disk(folder) as disk:
                path = disk.place / "recording"
                for run in range(first + 1, min(first + RUNS, rounds) + 1):
                    with Server("--quiet", "--record", path, "--durability", durability, *options) as server:
                        senders = Senders(server, f"{run}.")
                        wanted = int(math.exp(random.uniform(0, math.log(most))))
                        wait_until("receipts", lambda: senders.acknowledged >= wanted, step=0.0005)
                        stop_still(server)
                        disk.cut(server.kill)
                        senders.join()
                    texts = texts_in(disk.place, f"{run}.")
                    acknowledged += senders.acknowledged
                    recorded += len(texts)
                    lost += [(run, *each) for each in senders.missing(texts)]
                    wrong += [(run, name, "not each once and in order") for name in senders.broken(texts)]
                wrong += [(run, file.name, "is not sound") for file in disk.place.glob("recording*")
                          if not file.name.endswith(("-wal", "-shm", "-journal")) and not is_sound(file)]
    promise(f"the power is cut {rounds} times, --durability {' '.join((durability, *options))}: each acknowledged message is recorded, once and in order",
            f"{acknowledged} acknowledged, {recorded} recorded{', lost ' + str(lost[:3]) if lost else ''}{', but ' + str(wrong[:3]) if wrong else ''}",
            not lost and not wrong and acknowledged > 0)


def run():
    random.seed(4)
    if not is_possible("full disks and power cuts"):
        return
    full("stop", "a full disk, --on-record-error stop: nothing that is not in the file is acknowledged, the rest is counted, and told with 74")
    full("continue", "a full disk, --on-record-error continue: it goes on, and tells and counts what is not recorded")
    full_at_the_start()
    full_screen()
    cut_off("group", ROUNDS, 30_000)
    cut_off("group", max(1, ROUNDS // 4), 30_000, "--record-limit", "300000")
    cut_off("each", max(1, ROUNDS // 4), 2_000)
