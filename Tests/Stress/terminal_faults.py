"""Errors of system calls on the terminal, under the server's screen and the client's."""

import os
import signal
import socket
import time

from harness import Server, answers, wait_until
from injection import QUIET, Tally, injected, injecting, is_possible
from terminals import Screen

ERRORS = ("EIO", "EBADF", "EINVAL", "ENXIO", "EAGAIN", "EINTR")


class ServerScreen(Screen):
    def __init__(self, wrapper):
        super().__init__(wrapper=wrapper)
        self.peer = socket.create_connection(("127.0.0.1", self.port)) if self.port else None

    def disturb(self):
        """Something to read, and something to show."""
        os.write(self.master, b"\x1b[B")
        try:
            self.peer.send(b"hello\n")
        except OSError:
            pass


class ClientScreen(Screen):
    server = None

    def __init__(self, wrapper):
        super().__init__("127.0.0.1", ClientScreen.server.ports["tcp"], program="echo_client", wrapper=wrapper)

    def disturb(self):
        os.write(self.master, b"x")


def ends_within(screen, seconds):
    """Whether it ends by itself so soon."""
    deadline = time.monotonic() + seconds
    while screen.process.poll() is None and time.monotonic() < deadline:
        screen.read(0.01)
    return screen.process.poll() is not None


def goes_on(screen):
    """Whether it still shows what there is to show, and ends when asked to."""
    screen.read(0.2)
    screen.disturb()
    is_showing = bool(screen.read(0.2))
    screen.process.send_signal(signal.SIGTERM)
    return is_showing and ends_within(screen, 2) and screen.process.poll() == 0


def fails(tally, kind, call, error, when):
    """A terminal whose error means that it is gone ends its program as the loss of a terminal does; others are nothing."""
    with kind(injecting(call, error, when, lambda screen: screen.terminal)) as screen:
        def is_injected():
            screen.disturb()
            screen.read(0.02)
            return injected(screen)

        wait_until("injected error", is_injected)
        wrong = []
        if error in QUIET:
            if not goes_on(screen):
                wrong.append("it does not go on")
        elif not ends_within(screen, 1) or screen.process.poll() != 0:
            wrong.append(f"code {screen.process.poll()} after 1 s")
        tally.add(screen, wrong, kind.__name__, call, error)


def settings():
    """ioctl(2) tells what a terminal is and how large, and sets its modes."""
    tally, plain, refused, shown = Tally(), 0, 0, 0
    for when in ("1+", "3+", "6+", "9+", "12+", "16+", "30+"):
        for error in ("EIO", "ENOTTY"):
            with Screen(wrapper=injecting("ioctl", error, when, lambda screen: screen.terminal)) as screen:
                screen.shown += screen.read(0.2)
                wrong = []
                if screen.process.poll() is not None:
                    refused += 1
                    if screen.process.poll() != 71 or screen.shown.count(b"\n") != 1:
                        wrong = [screen.process.poll(), screen.shown]
                else:
                    has_screen = b"\x1b[?1049h" in screen.shown
                    shown, plain = shown + has_screen, plain + (not has_screen)
                    for _ in range(10):
                        screen.process.send_signal(signal.SIGWINCH)
                        screen.read(0.02)
                    if not answers(lambda: socket.create_connection(("127.0.0.1", screen.port), 1)):
                        wrong.append("a peer unserved")
                    screen.process.send_signal(signal.SIGTERM)
                    if not ends_within(screen, 2) or screen.process.poll() != 0:
                        wrong.append(f"code {screen.process.poll()}")
                tally.add(screen, wrong, when, error)
    tally.report("a terminal that can't be asked nor set: plain mode, or one line and 71, or a screen that goes on",
                 f"; {plain}, {refused} and {shown}")


def run():
    if not is_possible("errors of system calls on a terminal"):
        return
    with Server("--bind", "127.0.0.1", "--only", "tcp") as server:
        ClientScreen.server = server
        for call, when in (("read", 1), ("write", 4)):
            tally = Tally()
            for kind in (ServerScreen, ClientScreen):
                for error in ERRORS:
                    fails(tally, kind, call, error, when)
            tally.report(f"an error of {call} on the terminal ends it within 1 s, EAGAIN and EINTR are nothing")
    settings()
