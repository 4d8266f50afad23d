"""Lines that never end."""

import os
import socket
import threading
import time

from harness import Program, Server, mebibytes, promise

GIBIBYTES = int(os.environ.get("GIBIBYTES", "10"))
LIMIT = 64 << 20
BLOCK = b"x" * (1 << 20)


def endless_to_server():
    with Server("--only", "tcp") as server:
        started = time.monotonic()
        with server.tcp() as peer:
            for _ in range(GIBIBYTES << 10):
                peer.sendall(BLOCK)
            seconds = time.monotonic() - started
            peer.shutdown(socket.SHUT_WR)
            receipt = peer.recv(16)
        server.await_events("message")
        message = server.events["message"][0]
        peak = server.peak_memory
        code, totals = server.stop()
    promise(f"{GIBIBYTES} GiB without a line end stay under 64 MiB", f"peak {mebibytes(peak)}, {seconds:.0f} s", peak < LIMIT)
    counted = message["bytes"] == GIBIBYTES << 30 == totals["bytes"]
    promise("each of its bytes is counted", f"{message['bytes']} of {GIBIBYTES << 30}", counted)
    shown = message.get("truncated") and len(message["text"]) == 1 << 20 and totals.get("truncated") == 1
    promise("it is one message, marked as truncated, answered and counted so", f"receipt {receipt}, code {code}",
            bool(shown) and receipt == b"OK\n" and code == 0)


def endless_to_client():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def talk():
            with listener.accept()[0] as peer:
                for _ in range(1024):
                    peer.sendall(BLOCK)

        thread = threading.Thread(target=talk)
        thread.start()
        with Program("echo_client", "--no-tui", "--no-receipts", "--format", "json", "127.0.0.1", port) as client:
            peak = 0
            while client.is_running:
                try:
                    peak = max(peak, client.peak_memory)
                except (OSError, ValueError):
                    break
                time.sleep(0.02)
            code = client.wait()
            thread.join()
            last = client.output.read_bytes().splitlines()[-1]
    kept = peak < LIMIT and code == 0 and b'"bytes_received":1073741824' in last
    promise("1 GiB without a line end from a server leaves the client under 64 MiB", f"peak {mebibytes(peak)}, code {code}", kept)


def run():
    endless_to_server()
    endless_to_client()
