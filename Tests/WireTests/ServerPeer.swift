import Glibc
import TestKit
import Testing

@testable import Wire

/// A blocking socket of a test, whose calls fail rather than wait for ever.
final class ServerPeer: @unchecked Sendable {
  // Unchecked: the descriptor is an integer that changes only when the owner closes the socket, after its other threads.
  private(set) var descriptor: Int32

  private init(_ family: Int32, _ type: __socket_type) throws {
    descriptor = socket(family, Int32(type.rawValue), 0)
    try check("socket", descriptor)
    var timeout = timeval(tv_sec: Deadline.patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  deinit { close() }

  /// `receiveBuffer`: bytes that the kernel may keep for a reader that does not read.
  static func tcp(_ port: UInt16, receiveBuffer: Int32? = nil) throws -> ServerPeer {
    let peer = try ServerPeer(AF_INET, SOCK_STREAM)
    if var bytes = receiveBuffer { setsockopt(peer.descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, 4) }
    try peer.connect(version4: port)
    return peer
  }

  static func tcp6(_ port: UInt16) throws -> ServerPeer {
    let peer = try ServerPeer(AF_INET6, SOCK_STREAM)
    try peer.connect(version6: port)
    return peer
  }

  static func udp(_ port: UInt16, host: UInt32 = 0x7f00_0001) throws -> ServerPeer {
    let peer = try ServerPeer(AF_INET, SOCK_DGRAM)
    var one: Int32 = 1
    setsockopt(peer.descriptor, SOL_SOCKET, SO_BROADCAST, &one, 4)
    try peer.connect(version4: port, host: host)
    return peer
  }

  static func udp6(_ port: UInt16) throws -> ServerPeer {
    let peer = try ServerPeer(AF_INET6, SOCK_DGRAM)
    try peer.connect(version6: port)
    return peer
  }

  static func unix(_ path: String) throws -> ServerPeer {
    let peer = try ServerPeer(AF_UNIX, SOCK_STREAM)
    try peer.withUnixAddress(path) { Glibc.connect(peer.descriptor, $0, $1) }
    return peer
  }

  /// A listener that is bound to a path and then forgotten, or that listens as long as it lives.
  static func unixListener(_ path: String) throws -> ServerPeer {
    let peer = try ServerPeer(AF_UNIX, SOCK_STREAM)
    try peer.withUnixAddress(path) { bind(peer.descriptor, $0, $1) }
    try peer.check("listen", listen(peer.descriptor, 8))
    return peer
  }

  static var hasVersion6: Bool {
    guard let peer = try? ServerPeer(AF_INET6, SOCK_DGRAM) else { return false }
    return (try? peer.connect(version6: 9)) != nil
  }

  /// A datagram socket that nobody reads yet: on loopback, or on every address of both families.
  static func boundDatagrams(isDualStack: Bool = false) throws -> ServerPeer {
    let peer = try ServerPeer(isDualStack ? AF_INET6 : AF_INET, SOCK_DGRAM)
    if isDualStack {
      var zero: Int32 = 0
      setsockopt(peer.descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &zero, 4)
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      try peer.withAddress(&address) { bind(peer.descriptor, $0, $1) }
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      try peer.withAddress(&address) { bind(peer.descriptor, $0, $1) }
    }
    return peer
  }

  /// A descriptor of the same socket that whoever gets it closes.
  func passed() -> Int32 { dup(descriptor) }

  /// How many bytes of what comes the kernel keeps; below one datagram it keeps none.
  func keep(_ bytes: Int32) {
    var bytes = bytes
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, 4)
  }

  private func connect(version4 port: UInt16, host: UInt32 = 0x7f00_0001) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = host.bigEndian
    try withAddress(&address) { Glibc.connect(descriptor, $0, $1) }
  }

  private func connect(version6 port: UInt16) throws {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    address.sin6_addr = in6addr_loopback
    try withAddress(&address) { Glibc.connect(descriptor, $0, $1) }
  }

  private func withUnixAddress(_ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    try withAddress(&address, call)
  }

  private func withAddress<Address>(
    _ address: inout Address,
    _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws {
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call($0, socklen_t(MemoryLayout<Address>.size))
      }
    }
    try check("connect or bind", result)
  }

  /// Its own port.
  var port: UInt16 {
    get throws {
      var address = sockaddr_in6()
      var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
      }
      try check("getsockname", result)
      // Both families have it in the same place.
      return UInt16(bigEndian: address.sin6_port)
    }
  }

  private func check(_ call: String, _ result: Int32) throws {
    if result < 0 { throw SystemError(call, code: errno) }
  }

  // Sending.

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends all of it.
  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    repeat {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count >= 0 else { throw SystemError("send", code: errno) }
      sent += count
    } while sent < bytes.count
  }

  /// Sends lines of `bytes` again and again until nobody takes any more, or `limit` bytes have gone; returns how many went.
  func sendUntilBlocked(_ bytes: [UInt8], limit: Int) throws -> Int {
    var sent = 0
    while sent < limit {
      let start = sent % bytes.count
      let count = bytes[start...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&entry, 1, 1000) == 0 { break }
      } else {
        throw SystemError("send", code: errno)
      }
    }
    return sent
  }

  // Receiving.

  func receiveText(_ count: Int) throws -> String { String(decoding: try receive(count), as: UTF8.self) }

  /// Exactly so many bytes of a stream; fewer only at its end.
  func receive(_ count: Int) throws -> [UInt8] {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while received.count < count {
      let read = recv(descriptor, &buffer, min(buffer.count, count - received.count), 0)
      if read < 0 { throw SystemError("recv", code: errno) }
      if read == 0 { break }
      received += buffer[..<read]
    }
    return received
  }

  /// Whether nothing has come that was not received.
  var hasNothing: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) == 0
  }

  /// One datagram.
  func receiveDatagram() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let read = recv(descriptor, &buffer, buffer.count, 0)
    if read < 0 { throw SystemError("recv", code: errno) }
    return Array(buffer[..<read])
  }

  /// Everything up to the end of the stream.
  func receiveToEnd() throws -> [UInt8] { try receive(.max) }

  // Ending.

  func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes so that the other end sees RST.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }
}
