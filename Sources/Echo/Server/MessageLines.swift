import Screen
import Wire

/// The server's messages as lines of text or JSON.
///
/// Millions go through here: what is the same for all messages of a peer is made once, and a line without anything to
/// escape is written in one go.
struct MessageLines {
  let framing: Framing
  /// Whether JSON also has the connections, and when messages were answered.
  let isDetailed: Bool
  /// Whether a line of text begins with the time.
  var isTimed = false

  // Text.

  func appendText(_ batch: MessageBatch, to output: inout [UInt8]) {
    var place = UInt32.max
    var transport = Transport.tcp
    var origin: [UInt8] = []
    var index = -1
    batch.bytes.withUnsafeBytes { bytes in
      for record in batch.records {
        index &+= 1
        if record.peer != place {
          place = record.peer
          let peer = batch.peers[Int(place)]
          transport = peer.transport
          origin = Array(" bytes from \(peer)".utf8)
        }
        if isTimed {
          output.append(record.time)
          output.append(0x20)
        }
        let shown = shown(record, transport, in: bytes)
        if record.isOrdinary, Printable.isClean(shown) {
          MessageLines.appendClean(shown, record, origin, to: &output)
        } else if !record.flags.isDisjoint(with: .clients) {
          appendClients(shown, record, batch.peer(of: record), batch.reply(at: index), to: &output)
        } else {
          MessageLines.append(shown, record, origin, to: &output)
        }
      }
    }
  }

  @inline(__always)
  private static func appendClean(
    _ shown: UnsafeRawBufferPointer,
    _ record: MessageRecord,
    _ origin: [UInt8],
    to output: inout [UInt8]
  ) {
    output.append(addingCapacity: textStart.utf8CodeUnitCount + longestDecimal + origin.count + shown.count + 3) {
      line in
      line.append(textStart)
      line.append(decimal: record.wireCount)
      origin.withUnsafeBytes { line.append($0) }
      line.append(": ")
      line.append(shown)
      line.append(0x0a)
    }
  }

  private static let textStart: StaticString = "server received "
  /// Digits of the largest number.
  private static let longestDecimal = 20

  private static func append(
    _ shown: UnsafeRawBufferPointer,
    _ record: MessageRecord,
    _ origin: [UInt8],
    to output: inout [UInt8]
  ) {
    output.append("server received ")
    if record.flags.contains(.stop) {
      Printable.append(shown, to: &output)
      output.append(contentsOf: origin.dropFirst(" bytes".utf8.count))
      output.append(", exiting\n")
      return
    }
    output.append(decimal: record.wireCount)
    output.append(contentsOf: origin)
    for (flag, word) in marks where record.flags.contains(flag) { output.append(" (\(word))") }
    output.append(": ")
    Printable.append(shown, to: &output)
    output.append(0x0a)
  }

  /// A message of a client's recording.
  private func appendClients(
    _ shown: UnsafeRawBufferPointer,
    _ record: MessageRecord,
    _ peer: Peer,
    _ reply: MessageReply,
    to output: inout [UInt8]
  ) {
    let isSent = record.flags.contains(.sent)
    output.append(isSent ? "client sent " : "client received ")
    output.append(decimal: record.wireCount)
    output.append(" bytes \(isSent ? "to" : "from") \(peer)")
    for (flag, word) in MessageLines.marks where record.flags.contains(flag) { output.append(" (\(word))") }
    output.append(": ")
    Printable.append(shown, to: &output)
    if let roundTrip = reply.roundTrip {
      output.append(" (")
      if let number = reply.answers { output.append("answers \(number), ") }
      output.append(milliseconds: roundTrip)
      output.append(" ms)")
    }
    output.append(0x0a)
  }

  private static let marks: [(MessageRecord.Flags, String)] = [
    (.truncated, "truncated"), (.partial, "partial"), (.stopRefused, "stop refused"), (.late, "answered late"),
  ]

  // JSON.

  func appendJSON(_ batch: MessageBatch, to output: inout [UInt8]) {
    var place = UInt32.max
    var time: Int64?
    var transport = Transport.tcp
    // The time and the peer, which most of a batch's messages share.
    var origin: [UInt8] = []
    var index = -1
    batch.bytes.withUnsafeBytes { bytes in
      for record in batch.records {
        index &+= 1
        if record.peer != place || record.time.nanoseconds != time {
          (place, time) = (record.peer, record.time.nanoseconds)
          let peer = batch.peers[Int(place)]
          transport = peer.transport
          origin = self.origin(peer, record.time)
        }
        let shown = shown(record, transport, in: bytes)
        if record.isOrdinary, !isDetailed, JSONLine.plainEnd(of: shown, from: 0) == shown.count {
          MessageLines.appendPlainJSON(shown, record, origin, to: &output)
        } else {
          appendJSON(shown, record, origin, batch.reply(at: index), to: &output)
        }
      }
    }
  }

  @inline(__always)
  private static func appendPlainJSON(
    _ shown: UnsafeRawBufferPointer,
    _ record: MessageRecord,
    _ origin: [UInt8],
    to output: inout [UInt8]
  ) {
    let rest = 2 * longestDecimal + origin.count + shown.count + 12
    output.append(addingCapacity: jsonStart.utf8CodeUnitCount + rest) { line in
      line.append(jsonStart)
      line.append(decimal: record.sequence)
      origin.withUnsafeBytes { line.append($0) }
      line.append(decimal: record.wireCount)
      line.append(",\"text\":\"")
      line.append(shown)
      line.append("\"}\n")
    }
  }

  private static let jsonStart: StaticString = "{\"event\":\"message\",\"seq\":"

  private func appendJSON(
    _ shown: UnsafeRawBufferPointer,
    _ record: MessageRecord,
    _ origin: [UInt8],
    _ reply: MessageReply,
    to output: inout [UInt8]
  ) {
    output.append("{\"event\":\"\(record.eventWord(reply))\",\"seq\":")
    output.append(decimal: record.sequence)
    output.append(contentsOf: origin)
    output.append(decimal: record.wireCount)
    if isDetailed, record.flags.contains(.answered) {
      output.append(",\"answered\":")
      output.append(decimal: record.replyTime.nanoseconds ?? 0)
    }
    if let number = reply.answers { output.append(",\"answers\":\(number)") }
    if let roundTrip = reply.roundTrip {
      output.append(",\"rtt_ms\":")
      output.append(milliseconds: roundTrip)
    }
    JSONLine.append(payload: shown, to: &output)
    for (flag, key) in MessageLines.jsonMarks where record.flags.contains(flag) { output.append(",\"\(key)\":true") }
    output.append("}\n")
  }

  private static let jsonMarks: [(MessageRecord.Flags, String)] = [
    (.truncated, "truncated"), (.partial, "partial"), (.stop, "stop"), (.stopRefused, "stop_refused"),
    (.unanswered, "unanswered"), (.late, "late"),
  ]

  private func origin(_ peer: Peer, _ time: Timestamp) -> [UInt8] {
    var origin = Array(",\"time\":\"".utf8)
    origin.append(time)
    origin.append("\",\"transport\":\"\(peer.transport.rawValue)\",\"peer\":\"\(peer.address)\"")
    if isDetailed { origin.append(",\"connection\":\(peer.connection.number)") }
    origin.append(",\"bytes\":")
    return origin
  }

  private func shown(
    _ record: MessageRecord,
    _ transport: Transport,
    in bytes: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    let payload = record.payload(in: bytes)
    return UnsafeRawBufferPointer(rebasing: payload[..<framing.shownCount(of: payload, transport: transport)])
  }
}

extension MessageRecord.Flags {
  /// Those of which a message of a client's recording has one.
  static let clients: MessageRecord.Flags = [.sent, .heard]
}

extension MessageRecord {
  /// What the message is in JSON output, as the program calls it that recorded it.
  fileprivate func eventWord(_ reply: MessageReply) -> String {
    if flags.contains(.sent) { return "sent" }
    guard flags.contains(.heard) else { return "message" }
    return reply.roundTrip == nil ? "received" : "receipt"
  }
}

extension MessageBatch {
  fileprivate func reply(at index: Int) -> MessageReply { replies.isEmpty ? .none : replies[index] }
}
