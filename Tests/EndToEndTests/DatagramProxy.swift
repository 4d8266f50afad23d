import TestKit

/// A UDP network on one port that loses, doubles and delays, each datagram as it was told; behind it is an echo service.
final class DatagramProxy {
  enum Fate: Sendable {
    case pass
    /// The datagram is lost on its way there.
    case lose
    /// Its reply is lost on its way back.
    case loseReply
    case double
    /// Its reply comes after the next one.
    case swap
  }

  let port: UInt16
  private let front: SocketPeer
  private let thread: BackgroundThread
  private static let end = Array("the end".utf8)

  /// The n-th datagram has the n-th fate; those after the last pass.
  init(to port: UInt16, _ fates: [Fate]) throws {
    let front = try SocketPeer.datagramServer()
    let back = try SocketPeer(udp: port)
    self.front = front
    self.port = front.port
    thread = BackgroundThread { try? DatagramProxy.run(front, back, fates) }
  }

  deinit {
    if let stopper = try? SocketPeer(udp: port) { try? stopper.send(DatagramProxy.end) }
    thread.join()
  }

  private static func run(_ front: SocketPeer, _ back: SocketPeer, _ fates: [Fate]) throws {
    var fates = fates[...]
    var held: [UInt8]?
    while true {
      let (datagram, source) = try front.receiveDatagram()
      if datagram == end { return }
      let fate = fates.popFirst() ?? .pass
      if fate == .lose { continue }
      try back.send(datagram)
      let reply = try back.receive()
      switch fate {
      case .lose, .loseReply: break
      case .swap: held = reply
      case .pass: try front.send(reply, to: source)
      case .double:
        try front.send(reply, to: source)
        try front.send(reply, to: source)
      }
      if fate != .swap, let late = held {
        held = nil
        try front.send(late, to: source)
      }
    }
  }
}
