import Screen
import Wire

/// Gathers the messages that lines of a server's JSON tell of; what most of them share is read once.
struct MessageGatherer: Sendable {
  var framing = Framing.line
  private var batch = MessageBatch()
  // The words of the last message's origin.
  private var timeText: [UInt8] = []
  private var time = Timestamp(nanoseconds: 0)
  private var peerText: [UInt8] = []

  var isEmpty: Bool { batch.isEmpty }

  mutating func take() -> MessageBatch {
    let taken = batch
    batch = MessageBatch()
    batch.records.reserveCapacity(taken.records.count)
    batch.bytes.reserveCapacity(taken.bytes.count)
    return taken
  }

  mutating func add(_ object: JSONObject) throws(MonitorProblem) {
    let sequence = try object.quantity("seq")
    let wireCount = try object.quantity("bytes")
    let time = try time(object)
    let place = try place(object)
    let transport = batch.peers[Int(place)].transport
    let offset = batch.bytes.count
    var flags = MessageGatherer.flags(object)
    try appendPayload(object)
    appendUnshown(from: offset, wireCount, flags, transport)
    var replyTime = ReplyTime.none
    if object["answered"] != nil {
      flags.insert(.answered)
      let nanoseconds = try object.quantity("answered")
      if nanoseconds > 0 { replyTime = ReplyTime(nanoseconds: Int64(nanoseconds)) }
    }
    batch.records.append(
      MessageRecord(
        sequence: sequence,
        time: time,
        wireCount: wireCount,
        offset: UInt32(offset),
        count: UInt32(batch.bytes.count - offset),
        peer: place,
        flags: flags,
        replyTime: replyTime
      )
    )
  }

  private mutating func time(_ object: JSONObject) throws(MonitorProblem) -> Timestamp {
    if let text = object.text("time"), object.raw(text).elementsEqual(timeText) { return time }
    time = try object.time()
    if let text = object.text("time") { timeText = Array(object.raw(text)) }
    return time
  }

  /// The sender's place in the batch.
  private mutating func place(_ object: JSONObject) throws(MonitorProblem) -> UInt32 {
    let connection = try object.connection()
    if let last = batch.peers.last, last.connection == connection, let text = object.text("peer"),
      object.raw(text).elementsEqual(peerText), try object.transport() == last.transport
    {
      return UInt32(batch.peers.count - 1)
    }
    batch.peers.append(try object.peer())
    if let text = object.text("peer") { peerText = Array(object.raw(text)) }
    return UInt32(batch.peers.count - 1)
  }

  private static func flags(_ object: JSONObject) -> MessageRecord.Flags {
    var flags: MessageRecord.Flags = []
    if object.isSet("truncated") { flags.insert(.truncated) }
    if object.isSet("partial") { flags.insert(.partial) }
    if object.isSet("stop") { flags.insert(.stop) }
    if object.isSet("stop_refused") { flags.insert(.stopRefused) }
    return flags
  }

  private mutating func appendPayload(_ object: JSONObject) throws(MonitorProblem) {
    if let text = object.text("text") {
      object.append(text, to: &batch.bytes)
    } else {
      guard let letters = object.text("base64"), Base64.appendDecoded(object.raw(letters), to: &batch.bytes) else {
        throw MonitorProblem("its message has no payload")
      }
    }
  }

  /// Lines leave out what is not shown of a payload: a line's CR and a datagram's last NULs, which its byte count tells of.
  private mutating func appendUnshown(
    from offset: Int,
    _ wireCount: UInt64,
    _ flags: MessageRecord.Flags,
    _ transport: Transport
  ) {
    let isCut = flags.contains(.truncated)
    let whole = wireCount - (transport.isDatagram || flags.contains(.partial) ? 0 : min(1, wireCount))
    let shown = UInt64(batch.bytes.count - offset)
    let missing = whole - min(whole, shown)
    switch framing {
    case .fixed: break
    case _ where transport.isDatagram:
      if !isCut, missing <= UInt64(Framing.maximumFixed) {
        batch.bytes.append(contentsOf: repeatElement(0, count: Int(missing)))
      }
    case .line, .crlf:
      // Only the last of several is left out.
      if isCut ? shown > 0 && batch.bytes.last == 0x0D : missing == 1 { batch.bytes.append(0x0D) }
    case .nul, .length16, .length32, .raw: break
    }
  }
}
