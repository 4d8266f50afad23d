import Glibc

/// A scripted peer on 127.0.0.1 or a Unix socket, on a plain blocking socket; every wait ends with an error in the end.
package final class SocketPeer: Sendable {
  /// For programs that are to have it, too.
  package let descriptor: CInt

  private init(_ descriptor: CInt) throws {
    guard descriptor >= 0 else { throw ProgramError("socket: errno \(errno)") }
    self.descriptor = descriptor
    var patience = timeval(tv_sec: Deadline.patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  deinit { close(descriptor) }

  /// A connection to a TCP server.
  package convenience init(tcp port: UInt16) throws {
    try self.init(socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
    try connectTo(port)
  }

  /// A connection to a Unix server.
  package convenience init(path: String) throws {
    try self.init(socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
    let code = SocketPeer.withGeneric(&address) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
    guard code == 0 else { throw ProgramError("connect: errno \(errno)") }
  }

  /// A UDP socket that sends to one port and hears only that one.
  package convenience init(udp port: UInt16) throws {
    try self.init(socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0))
    try connectTo(port)
  }

  /// A TCP server on a free port; one that does not listen keeps the port and refuses who comes.
  package static func server(listens: Bool = true) throws -> SocketPeer {
    let peer = try SocketPeer(socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
    try peer.bindToFreePort()
    if listens, listen(peer.descriptor, 16) != 0 { throw ProgramError("listen: errno \(errno)") }
    return peer
  }

  /// A server on a Unix socket that it makes.
  package static func unixServer(_ path: String) throws -> SocketPeer {
    let peer = try SocketPeer(socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let code = SocketPeer.withGeneric(&address) {
      bind(peer.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
    guard code == 0, listen(peer.descriptor, 16) == 0 else { throw ProgramError("\(path): errno \(errno)") }
    return peer
  }

  /// A UDP socket on a free port.
  package static func datagramServer() throws -> SocketPeer {
    let peer = try SocketPeer(socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0))
    try peer.bindToFreePort()
    return peer
  }

  /// A Unix datagram socket at a path, or with an abstract name after an at sign.
  package static func notices(_ name: String) throws -> SocketPeer {
    let peer = try SocketPeer(socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      path.copyBytes(from: name.utf8)
      if name.hasPrefix("@") { path[0] = 0 }
    }
    let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + name.utf8.count
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(peer.descriptor, $0, socklen_t(length)) }
    }
    guard code == 0 else { throw ProgramError("bind: errno \(errno)") }
    return peer
  }

  package func accept() throws -> SocketPeer {
    let connection = Glibc.accept(descriptor, nil, nil)
    guard connection >= 0 else { throw ProgramError("accept: errno \(errno)") }
    return try SocketPeer(connection)
  }

  /// The port that it is bound to.
  package var port: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = SocketPeer.withGeneric(&address) { getsockname(descriptor, $0, &length) }
    return UInt16(bigEndian: address.sin_port)
  }

  // MARK: Bytes

  package func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends all the bytes: to a datagram socket, as one datagram.
  package func send(_ bytes: [UInt8]) throws {
    var sent = 0
    repeat {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, CInt(MSG_NOSIGNAL))
      }
      guard count >= 0 else { throw ProgramError("send: errno \(errno)") }
      sent += count
    } while sent < bytes.count
  }

  /// Sends the bytes again and again until the other end has not read for a while; gives how many went in all.
  package func flood(with bytes: [UInt8]) throws -> Int {
    var sent = 0
    while true {
      let start = sent % bytes.count
      let count = bytes[start...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count > 0 {
        sent += count
        continue
      }
      guard errno == EAGAIN else { throw ProgramError("send: errno \(errno)") }
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 300) > 0 else { return sent }
    }
  }

  /// What comes next: a part of a stream, or one datagram; empty at a stream's end.
  package func receive(atMost count: Int = 65_536) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let received = recv(descriptor, &buffer, count, 0)
    guard received >= 0 else { throw ProgramError("recv: errno \(errno)") }
    return Array(buffer[..<received])
  }

  /// What comes next as text.
  package func receiveText() throws -> String { String(decoding: try receive(), as: UTF8.self) }

  package func receive(exactly count: Int) throws -> String {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let piece = try receive(atMost: count - bytes.count)
      guard !piece.isEmpty else { throw ProgramError("the stream ended after \(bytes)") }
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The next line, without its line feed.
  package func receiveLine() throws -> String {
    var line = ""
    while true {
      let byte = try receive(exactly: 1)
      if byte == "\n" { return line }
      line += byte
    }
  }

  /// Everything until the other end's FIN.
  package func receiveToEnd() throws -> String {
    var bytes: [UInt8] = []
    while true {
      let piece = try receive()
      guard !piece.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
      bytes += piece
    }
  }

  /// Sends FIN.
  package func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

  /// Makes the close of this socket break the connection (RST).
  package func resetOnClose() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  // MARK: Datagrams

  /// The next datagram and its source's port.
  package func receiveDatagram() throws -> (bytes: [UInt8], source: UInt16) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = SocketPeer.withGeneric(&address) { recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length) }
    guard count >= 0 else { throw ProgramError("recvfrom: errno \(errno)") }
    return (Array(buffer[..<count]), UInt16(bigEndian: address.sin_port))
  }

  package func send(_ bytes: [UInt8], to port: UInt16) throws {
    var address = SocketPeer.loopback(port)
    let count = SocketPeer.withGeneric(&address) {
      sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
    guard count == bytes.count else { throw ProgramError("sendto: errno \(errno)") }
  }

  // MARK: Addresses

  private func connectTo(_ port: UInt16) throws {
    var address = SocketPeer.loopback(port)
    let code = SocketPeer.withGeneric(&address) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
    guard code == 0 else { throw ProgramError("connect: errno \(errno)") }
  }

  private func bindToFreePort() throws {
    var address = SocketPeer.loopback(0)
    let code = SocketPeer.withGeneric(&address) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    guard code == 0 else { throw ProgramError("bind: errno \(errno)") }
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private static func withGeneric<Address, Result>(
    _ address: inout Address,
    _ body: (UnsafeMutablePointer<sockaddr>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
    }
  }
}
