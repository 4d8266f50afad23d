import TestKit
import Wire

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Where a scripted peer stands.
enum ClientPlace: String, CaseIterable, Sendable {
  case ipv4, ipv6, unix
}

struct ClientPeerError: Error {
  var what: String
  var code = errno

  init(_ what: String) { self.what = what }
}

/// A scripted peer on a plain blocking socket; every wait ends with an error in the end.
final class ClientPeer: Sendable {
  let descriptor: Int32

  init(_ descriptor: Int32) throws {
    guard descriptor >= 0 else { throw ClientPeerError("socket") }
    self.descriptor = descriptor
    var patience = timeval(tv_sec: Deadline.patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  // MARK: Bytes

  /// What comes next; empty is the other end's FIN.
  func receive(_ most: Int = 65_536) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: most)
    let count = recv(descriptor, &buffer, most, 0)
    guard count >= 0 else { throw ClientPeerError("recv") }
    return Array(buffer[..<count])
  }

  func receive(exactly count: Int) throws -> String {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let piece = try receive(count - bytes.count)
      if piece.isEmpty { throw ClientPeerError("early end") }
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Everything up to the other end's FIN.
  func receiveToEnd() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = try receive()
      if piece.isEmpty { return bytes }
      bytes += piece
    }
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    repeat {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count >= 0 else { throw ClientPeerError("send") }
      rest = rest.dropFirst(count)
    } while !rest.isEmpty
  }

  /// Sends FIN.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes the close send RST.
  func resetOnClose() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  func limitBuffers(_ bytes: Int32) {
    var bytes = bytes
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
  }

  // MARK: Datagrams

  /// A datagram and whom to answer.
  func receiveDatagram() throws -> (bytes: [UInt8], source: ClientAddress) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var source = ClientAddress()
    let count = withUnsafeMutablePointer(to: &source.storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(descriptor, &buffer, buffer.count, 0, $0, &source.length)
      }
    }
    guard count >= 0 else { throw ClientPeerError("recvfrom") }
    return (Array(buffer[..<count]), source)
  }

  func send(_ bytes: [UInt8], to address: ClientAddress) throws {
    let count = address.withSockaddr { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
    guard count == bytes.count else { throw ClientPeerError("sendto") }
  }
}

/// A socket address as the C library has it.
struct ClientAddress {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  init() {}

  init(loopback place: ClientPlace, port: UInt16) {
    withUnsafeMutableBytes(of: &storage) { bytes in
      if place == .ipv4 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        withUnsafeBytes(of: &address) { bytes.copyMemory(from: $0) }
        length = socklen_t(MemoryLayout<sockaddr_in>.size)
      } else {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = in6addr_loopback
        withUnsafeBytes(of: &address) { bytes.copyMemory(from: $0) }
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      }
    }
  }

  init(path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
    length = socklen_t(MemoryLayout<sockaddr_un>.size)
    withUnsafeMutableBytes(of: &storage) { bytes in
      withUnsafeBytes(of: &address) { bytes.copyMemory(from: $0) }
    }
  }

  var port: UInt16 {
    withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)) }
  }

  func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) rethrows -> Result {
    try withUnsafePointer(to: storage) { storage in
      try storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, length) }
    }
  }
}

/// A bound socket of a test, on a free port or path of its own.
final class ClientPeerSocket: Sendable {
  let peer: ClientPeer
  let place: ClientPlace
  let port: UInt16
  private let path: String

  /// A socket that does not listen refuses connections, and keeps its port from others.
  init(
    _ place: ClientPlace,
    isDatagram: Bool = false,
    port: UInt16 = 0,
    listens: Bool = true,
    buffers: Int32? = nil
  ) throws {
    self.place = place
    let family = place == .ipv4 ? AF_INET : place == .ipv6 ? AF_INET6 : AF_UNIX
    let type = isDatagram ? SOCK_DGRAM : SOCK_STREAM
    let peer = try ClientPeer(socket(family, Int32(type.rawValue), 0))
    self.peer = peer
    if let buffers { peer.limitBuffers(buffers) }
    if place == .ipv6 {
      var one: Int32 = 1
      setsockopt(peer.descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, 4)
    }
    var name = Array("/tmp/wire-client-XXXXXX".utf8CString)
    if place == .unix {
      guard mkdtemp(&name) != nil else { throw ClientPeerError("mkdtemp") }
    }
    path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) + "/socket"
    let address = place == .unix ? ClientAddress(path: path) : ClientAddress(loopback: place, port: port)
    guard address.withSockaddr({ bind(peer.descriptor, $0, $1) }) == 0 else { throw ClientPeerError("bind") }
    var bound = ClientAddress()
    withUnsafeMutablePointer(to: &bound.storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(peer.descriptor, $0, &bound.length) }
    }
    self.port = place == .unix ? 0 : bound.port
    if listens, !isDatagram, listen(peer.descriptor, 16) != 0 { throw ClientPeerError("listen") }
  }

  deinit {
    guard place == .unix else { return }
    unlink(path)
    rmdir(String(path.dropLast("/socket".count)))
  }

  /// Two sockets on one port number: one of each family.
  static func pair(
    isDatagram: Bool = false,
    listens: Bool = true
  ) throws -> (ipv6: ClientPeerSocket, ipv4: ClientPeerSocket) {
    for _ in 0..<100 {
      let ipv4 = try ClientPeerSocket(.ipv4, isDatagram: isDatagram, listens: listens)
      if let ipv6 = try? ClientPeerSocket(.ipv6, isDatagram: isDatagram, port: ipv4.port, listens: false) {
        return (ipv6, ipv4)
      }
    }
    throw ClientPeerError("no port is free in both families")
  }

  /// Makes a datagram socket deaf to all, so that the system refuses for it what is sent to its port.
  func refuseDatagrams() throws {
    let nobody = ClientAddress(loopback: place, port: 9)
    guard nobody.withSockaddr({ connect(peer.descriptor, $0, $1) }) == 0 else { throw ClientPeerError("connect") }
  }

  var endpoint: Endpoint {
    switch place {
    case .ipv4: .tcp(host: "127.0.0.1", port: port)
    case .ipv6: .tcp(host: "::1", port: port)
    case .unix: .unix(path: path)
    }
  }

  var datagramEndpoint: Endpoint { .udp(host: place == .ipv4 ? "127.0.0.1" : "::1", port: port) }

  func accept() throws -> ClientPeer { try ClientPeer(Glibc.accept(peer.descriptor, nil, nil)) }
}
