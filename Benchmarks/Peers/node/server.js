// The peer on Node: what a user of its standard modules writes in the place of echo_server.
"use strict";
const dgram = require("dgram");
const net = require("net");

const LF = 10;
const BACKLOG = 4096;
const RECEIVE_BUFFER = 4 << 20;

// The receipts of what one read brought go out together.
function acknowledge(socket) {
  // The parts of a line whose end has not come, which are not looked at again.
  let parts = [];
  let lines = 0;
  let bytes = 0;
  socket.on("data", (chunk) => {
    const before = lines;
    let start = 0;
    for (let end; (end = chunk.indexOf(LF, start)) >= 0; start = end + 1) {
      const part = chunk.subarray(start, end);
      const line = parts.length > 0 ? Buffer.concat([...parts, part]) : part;
      parts = [];
      lines += 1;
      bytes += line.length;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
    if (lines > before && !socket.write("OK\n".repeat(lines - before), "latin1")) socket.pause();
  });
  socket.on("drain", () => socket.resume());
}

function serveStreams(serve, address) {
  const server = net.createServer({ noDelay: true }, (socket) => {
    // A connection that breaks concerns nobody else.
    socket.on("error", () => socket.destroy());
    serve(socket);
  });
  server.listen({ ...address, backlog: BACKLOG }, () => announce(server.address()));
}

function serveDatagrams(port) {
  const socket = dgram.createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER });
  socket.on("message", (bytes, peer) => socket.send(bytes, peer.port, peer.address));
  socket.bind(port, "127.0.0.1", () => announce(socket.address()));
}

function announce(address) {
  console.error("listening on", typeof address === "string" ? address : `127.0.0.1:${address.port}`);
}

const [job, transport, address] = process.argv.slice(2);
if (address === undefined) {
  console.error("usage: server.js echo|lines tcp|udp|unix PORT|PATH");
  process.exit(64);
}
const serve = job === "echo" ? (socket) => socket.pipe(socket) : acknowledge;
if (transport === "udp") {
  serveDatagrams(Number(address));
} else if (transport === "unix") {
  serveStreams(serve, { path: address });
} else {
  serveStreams(serve, { host: "127.0.0.1", port: Number(address) });
}
