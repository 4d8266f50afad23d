import Glibc
import Synchronization
import TestKit
import Testing

@testable import Wire

/// A server with a control socket that is spoken to in short words.
final class ControlFixture {
  let folder: TemporaryDirectory
  let fixture: ServerFixture
  let log: ControlLog

  /// `folder`: one that other servers have, too.
  init(
    in folder: TemporaryDirectory? = nil,
    calls: SystemCalls = .kernel,
    _ change: (inout ServerConfiguration) -> Void = { _ in }
  ) throws {
    let folder = try folder ?? TemporaryDirectory()
    let log = ControlLog()
    self.folder = folder
    self.log = log
    fixture = try ServerFixture(
      calls: calls,
      control: ControlConfiguration(folder: ControlFolder(path: "\(folder.path)/echo"), codec: log.codec),
      change
    )
  }

  var path: String { "\(folder.path)/echo/\(fixture.port).sock" }

  /// Somebody who has been greeted.
  func viewer() throws -> ControlPeer {
    let viewer = try ControlPeer(path)
    #expect(try viewer.line()?.hasPrefix("hello ") == true)
    return viewer
  }
}

/// The records that were put into words.
final class ControlLog: Sendable {
  private let records = Mutex<[ControlRecord]>([])

  var attached: ServerTotals? {
    records.withLock { records in
      for case .attached(_, let totals, _, _, _) in records { return totals }
      return nil
    }
  }

  var codec: ControlCodec {
    ControlCodec(
      append: { [self] record, output in
        records.withLock { $0.append(record) }
        output += ControlLog.words(record).utf8
      },
      read: ControlLog.read
    )
  }

  private static func words(_ record: ControlRecord) -> String {
    switch record {
    case .hello(let hello): "hello \(hello.name) \(hello.oldest) \(hello.next)\n"
    case .attached(let first, _, _, nil, _): "attached \(first)\n"
    case .attached(let first, _, _, .going(let file)?, _): "attached \(first), recording to \(file)\n"
    case .attached(let first, _, _, .failed(let failure)?, _): "attached \(first), \(failure.reason)\n"
    case .event(.messages(let batch)): batch.records.map { "message \($0.sequence) \($0.wireCount)\n" }.joined()
    case .event(let event): "\("\(event)".prefix { $0 != "(" })\n"
    case .lost(let missed, _): "lost \(missed.messages) \(missed.bytes) \(missed.notices)\n"
    case .done: "done\n"
    case .refused(let refusal): "refused \(refusal)\n"
    }
  }

  private static func read(_ line: UnsafeRawBufferPointer) -> Result<ControlRequest, ControlRefusal> {
    let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
    switch words.first {
    case "attach": return .success(.attach(AttachPoint(words.last ?? "") ?? .now))
    case "stop": return .success(.stop)
    case "disconnect": return .success(.disconnect(ConnectionID(words.last.flatMap { UInt32($0) } ?? 0)))
    default: return .failure(.malformed("what"))
    }
  }
}

/// A viewer that reads lines.
final class ControlPeer {
  let peer: ServerPeer
  private var held: [UInt8] = []

  init(_ path: String) throws { peer = try ServerPeer.unix(path) }

  func say(_ line: String) throws { try peer.send(line + "\n") }

  /// The next line; nil at the end.
  func line() throws -> String? {
    while true {
      if let end = held.firstIndex(of: 0x0A) {
        defer { held.removeFirst(end + 1) }
        return String(decoding: held[..<end], as: UTF8.self)
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(peer.descriptor, &buffer, buffer.count, 0)
      if count < 0 { throw SystemError("recv", code: errno) }
      if count == 0 { return nil }
      held += buffer[..<count]
    }
  }

  /// All lines that are left.
  func rest() throws -> [String] {
    var lines: [String] = []
    while let line = try line() { lines.append(line) }
    return lines
  }
}
