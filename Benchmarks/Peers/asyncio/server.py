"""The peer on asyncio: what a user of it writes in the place of echo_server."""

import asyncio
import socket
import sys

BACKLOG = 4096
RECEIVE_BUFFER = 4 << 20


class Stream(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    # A peer that takes no answers is not read from.
    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class Lines(Stream):
    """The receipts of what one read brought go out together."""

    def __init__(self):
        # The parts of a line whose end has not come, which are not looked at again.
        self.parts = []
        self.lines = 0

    def data_received(self, data):
        first, *lines = data.split(b"\n")
        self.parts.append(first)
        if lines:
            lines.insert(0, b"".join(self.parts))
            self.parts = [lines.pop()]
        self.lines += len(lines)
        if lines:
            self.transport.write(b"OK\n" * len(lines))


class Echo(Stream):
    def data_received(self, data):
        self.transport.write(data)


class Datagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)


async def serve(job, transport, address):
    loop = asyncio.get_running_loop()
    protocol = Echo if job == "echo" else Lines
    if transport == "unix":
        server = await loop.create_unix_server(protocol, address, backlog=BACKLOG)
        name = address
    elif transport == "tcp":
        server = await loop.create_server(protocol, "127.0.0.1", int(address), backlog=BACKLOG)
        name = "127.0.0.1:%d" % server.sockets[0].getsockname()[1]
    else:
        server, _ = await loop.create_datagram_endpoint(Datagrams, ("127.0.0.1", int(address)))
        name = "127.0.0.1:%d" % server.get_extra_info("sockname")[1]
    print("listening on", name, file=sys.stderr, flush=True)
    await loop.create_future()


if len(sys.argv) != 4:
    sys.exit("usage: server.py echo|lines tcp|udp|unix PORT|PATH")
asyncio.run(serve(*sys.argv[1:]))
