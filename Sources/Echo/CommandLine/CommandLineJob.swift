import Wire

/// Messages on their way into a command line, a slice at a time, as the log was when the user asked.
struct CommandLineJob<Log: RowLog>: Sendable {
  /// What goes into a command line.
  struct Scope: Sendable {
    var ids: Range<UInt64>
    /// Whose messages; nil in a log that has no peers.
    var peer: Peer?
    /// Those that were sent, in place of those that were received.
    var areSent = false
    /// By which they went over a stream.
    var framing: Framing
    var transport: Transport
  }

  private let log: Log
  private let scope: Scope
  private var command: ShellCommand
  private var next: UInt64

  init(_ log: Log, _ scope: Scope, _ command: ShellCommand) {
    self.log = log
    self.scope = scope
    self.command = command
    next = scope.ids.lowerBound
  }

  /// Goes through the next rows; gives the whole command once it has been through all.
  mutating func advance() throws(CommandProblem) -> ShellCommand? {
    var problem: CommandProblem?
    var bytes = 0
    let end = min(scope.ids.upperBound, log.endID, next + UInt64(log.sliceRows))
    next = log.scan(next..<end) { _, record, peer, payload in
      guard isMeant(record, peer) else { return true }
      bytes += payload.count
      do throws(CommandProblem) { try add(record, payload) } catch { problem = error }
      return problem == nil && bytes < RowList.sliceBytes
    }
    if let problem { throw problem }
    guard next >= min(scope.ids.upperBound, log.endID) else { return nil }
    guard command.messageCount > 0 else { throw CommandProblem("there is no message to copy") }
    return command
  }

  private func isMeant(_ record: MessageRecord, _ peer: Peer?) -> Bool {
    !record.flags.contains(.notice) && peer == scope.peer && record.flags.contains(.sent) == scope.areSent
  }

  private mutating func add(_ record: MessageRecord, _ payload: UnsafeRawBufferPointer) throws(CommandProblem) {
    guard let wire = scope.framing.wire(of: record, payload, scope.transport) else {
      throw CommandProblem("not all bytes of message \(record.sequence) were kept")
    }
    try command.add(record.sequence, payload: payload, wire: wire)
    try command.check()
  }
}

extension Framing {
  /// What went over the wire of a message; nil where that is not known to the last byte.
  func wire(of message: MessageRecord, _ payload: UnsafeRawBufferPointer, _ transport: Transport) -> [UInt8]? {
    guard !message.flags.contains(.truncated) else { return nil }
    var bytes: [UInt8] = []
    if message.flags.contains(.sent) {
      if transport.isDatagram {
        try? appendDatagram(payload, to: &bytes)
      } else {
        try? append(payload, to: &bytes)
      }
    } else if transport.isDatagram || message.flags.contains(.partial) {
      bytes = Array(payload)
    } else {
      // A CR before the LF is part of the payload already.
      try? (self == .crlf ? .line : self).append(payload, to: &bytes)
    }
    return UInt64(bytes.count) == message.wireCount ? bytes : nil
  }
}
