import Foundation
import TestKit
import Testing

/// Somebody at a server's control socket.
final class RunningViewer {
  private let peer: SocketPeer
  private var held: [UInt8] = []

  /// `name`: what the server is called by.
  init(_ folder: TemporaryDirectory, _ name: String) throws {
    peer = try SocketPeer(path: "\(folder.path)/echo/\(name).sock")
  }

  func say(_ line: String) throws { try peer.send(line + "\n") }

  /// The next line as it is; nil at the end.
  func line() throws -> String? {
    while true {
      if let end = held.firstIndex(of: 0x0A) {
        defer { held.removeSubrange(...end) }
        return String(decoding: held[..<end], as: UTF8.self)
      }
      let piece = try peer.receive()
      if piece.isEmpty { return nil }
      held += piece
    }
  }

  /// What the next line says.
  func record() throws -> [String: Any] {
    let line = try #require(try line())
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  /// What the lines say up to the first of an event.
  func records(upTo event: String) throws -> [[String: Any]] {
    var records: [[String: Any]] = []
    repeat { records.append(try record()) } while records.last?["event"] as? String != event
    return records
  }
}
