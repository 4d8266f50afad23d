package import Wire

/// What a recording can be turned into.
package enum ExportFormat: String, Hashable, Sendable, CaseIterable {
  /// The JSON of the program that recorded, one object a line.
  case jsonl
  /// Plain lines, each with its time.
  case text
  /// A capture file for Wireshark and its like.
  case pcapng
}

/// A recording on its way into another format: its runs and rows go in, in their order, bytes come out.
///
/// Not one byte of a recording is trusted: what is no event is left out, and counted.
package struct RecordingExport {
  private var lines: LineExport?
  private var packets: PacketExport?
  private var object = JSONObject()
  private var output: [UInt8] = []
  private var unreadableCount: UInt64 = 0
  private var isClients = false

  package init(_ format: ExportFormat) {
    switch format {
    case .jsonl: lines = LineExport(.json)
    case .text: lines = LineExport(.text)
    case .pcapng: packets = PacketExport(to: &output)
    }
  }

  /// Bytes that have come out, and not been taken.
  package var outputCount: Int { output.count }

  /// The rows that follow are of this run.
  package mutating func begin(_ run: ExportedRun) {
    isClients = run.isClients
    lines?.begin(run, to: &output)
    packets?.begin(run)
  }

  /// Adds a message; nil is a peer that the recording does not tell.
  package mutating func add(
    _ message: MessageRecord,
    from peer: Peer?,
    _ payload: UnsafeRawBufferPointer,
    reply: MessageReply = .none
  ) {
    guard let peer else { return unreadableCount += 1 }
    lines?.add(message, from: peer, payload, reply: reply, to: &output)
    packets?.add(message, from: peer, payload, to: &output)
  }

  /// Adds an event by its line of JSON; `notice` are the words of a client's.
  package mutating func add(event line: UnsafeRawBufferPointer, notice: [UInt8] = [], at time: Timestamp) {
    do {
      try object.read(line)
      if isClients {
        guard let kind = object.string("event") else { return unreadableCount += 1 }
        lines?.add(notice, object, at: time, to: &output)
        packets?.add(clients: kind, object, at: time, to: &output)
        return
      }
      let event = try object.string("event").flatMap { try ServerEvent($0, object) }
      lines?.add(event, object, at: time, to: &output)
      if let event { packets?.add(event, to: &output) }
    } catch {
      unreadableCount += 1
    }
  }

  /// Takes what has come out.
  package mutating func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  /// Nothing more goes in; returns what there is to say of it.
  package mutating func finish() -> [String] {
    lines?.flush(to: &output)
    var notices: [String] = []
    if let count = packets?.leftOutCount, count > 0 {
      notices.append("\(Figures.quantity(count, "message")) of Unix peers left out: no packets have carried them")
    }
    if unreadableCount > 0 {
      notices.append("\(Figures.quantity(unreadableCount, "row")) left out: not as our programs write them")
    }
    return notices
  }
}
