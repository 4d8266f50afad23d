import Screen
import Wire

@testable import Echo

/// The server's history holds its bounds, and is the newest part of a plain list of all that came.
enum MessageLogTarget {
  fileprivate struct Row {
    var record: MessageRecord
    var peer: Peer?
    var bytes: [UInt8]
    /// Which step brought it.
    var step: Int
  }

  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let countLimit = input.number(upTo: 300) + 1
    let byteLimit = input.flag() ? input.number(upTo: 255) + 1 : (input.number(upTo: 40) + 1) << 10
    let framing = FramerTarget.framing(&input)
    var log = MessageLog(countLimit: countLimit, byteLimit: byteLimit, framing: framing)
    var model: [Row] = []
    var cleared = 0
    var costs = 0
    var snapshots: [(log: MessageLog, count: Int, first: UInt64)] = []
    for step in 0..<200 where !input.isAtEnd {
      let before = log.firstID
      switch input.number(upTo: 9) {
      case 0...4:
        let batch = batch(&input, sequence: model.count)
        log.append(batch)
        model += batch.records.map { row($0, batch, framing, step) }
        costs += cost(of: batch)
      case 5, 6:
        let (event, peer) = event(&input)
        log.append(event: event)
        let flags: MessageRecord.Flags = event.isAlert ? [.notice, .alert] : .notice
        let record = MessageRecord(
          sequence: 0,
          time: Timestamp(nanoseconds: 0),
          wireCount: 0,
          offset: 0,
          count: 0,
          peer: 0,
          flags: flags
        )
        model.append(Row(record: record, peer: peer, bytes: Array((event.noticeText ?? "").utf8), step: step))
        costs += 4096
      case 7:
        if input.flag() {
          log.clear()
          cleared = model.count
          costs = 0
        }
      case 8: if snapshots.count < 3 { snapshots.append((log, model.count, log.firstID)) }
      default: scan(log, model, &input)
      }
      require(log.endID == UInt64(model.count), "every row has a number")
      require(log.firstID >= before && log.firstID <= log.endID, "numbers only rise")
      check(log, model, cleared: cleared, countLimit: countLimit, byteLimit: byteLimit, costs: costs)
    }
    read(log, model)
    for (snapshot, count, first) in snapshots {
      require(snapshot.endID == UInt64(count) && snapshot.firstID == first, "a snapshot stays as it was")
      read(snapshot, Array(model[..<count]))
    }
  }

  private static func batch(_ input: inout FuzzInput, sequence: Int) -> MessageBatch {
    var batch = MessageBatch()
    for _ in 0...input.number(upTo: 5) { batch.peers.append(peer(&input)) }
    let count = input.number(upTo: 3) == 3 ? input.number(upTo: 90) : input.number(upTo: 5)
    for _ in 0..<count {
      // Now and then bytes that belong to no message, as a cut one leaves them.
      if input.isAtEnd == false, input.number(upTo: 15) == 0 { batch.bytes += [0x1B] }
      let payload = input.bytes(input.number(upTo: 12))
      batch.records.append(
        MessageRecord(
          sequence: UInt64(sequence + batch.records.count + 1),
          time: Timestamp(nanoseconds: Int64(sequence)),
          wireCount: UInt64(payload.count + 1),
          offset: UInt32(batch.bytes.count),
          count: UInt32(payload.count),
          peer: UInt32(input.number(upTo: batch.peers.count - 1)),
          flags: []
        )
      )
      batch.bytes += payload
    }
    return batch
  }

  private static func peer(_ input: inout FuzzInput) -> Peer {
    let number = UInt8(input.number(upTo: 9))
    return Peer(
      connection: ConnectionID(UInt32(number)),
      transport: number.isMultiple(of: 2) ? .tcp : .udp,
      address: .ipv4(127, 0, 0, number, port: 5000)
    )
  }

  private static func event(_ input: inout FuzzInput) -> (event: ServerEvent, peer: Peer?) {
    let time = Timestamp(nanoseconds: 0)
    let peer = peer(&input)
    switch input.number(upTo: 3) {
    case 0: return (.connected(peer, at: time), peer)
    case 1: return (.disconnected(peer, .reset, Traffic(), at: time), peer)
    case 2: return (.dropped(Drop(by: .kernel, count: 2), at: time), nil)
    default: return (.stopping(.message(peer), at: time), peer)
    }
  }

  private static func row(_ record: MessageRecord, _ batch: MessageBatch, _ framing: Framing, _ step: Int) -> Row {
    let (peer, bytes) = (batch.peer(of: record), Array(batch.payload(of: record)))
    var record = record
    let shown = framing.shown(of: bytes[...], transport: peer.transport)
    if shown.withUnsafeBytes({ Printable.isHostile($0) }) { record.flags.insert(.hostile) }
    return Row(record: record, peer: peer, bytes: bytes, step: step)
  }

  /// More than a batch can take, whether it becomes a chunk or goes into one.
  private static func cost(of batch: MessageBatch) -> Int {
    4096 + batch.bytes.count + 256 * (batch.records.count + batch.peers.count)
  }

  private static func check(
    _ log: MessageLog,
    _ model: [Row],
    cleared: Int,
    countLimit: Int,
    byteLimit: Int,
    costs: Int
  ) {
    let first = Int(log.firstID)
    require(log.count <= countLimit, "\(log.count) rows of \(countLimit)")
    require(log.count > 0 || model.count == cleared, "the newest row stays")
    require(first >= cleared, "what was cleared is gone")
    require(
      log.byteCount >= model[first...].reduce(0) { $0 + ($1.record.flags.contains(.notice) ? 0 : $1.bytes.count) },
      "bytes are counted"
    )
    if log.byteCount > byteLimit, first < model.count {
      require(model[first].step == model[model.count - 1].step, "of what is over the limit only the newest stays")
    }
    if costs <= byteLimit { require(log.count == min(countLimit, model.count - cleared), "nothing goes that has room") }
    let hostile = model.count { $0.record.flags.contains(.hostile) }
    require(log.hostileCount == UInt64(hostile), "\(log.hostileCount) of \(hostile) are hostile")
  }

  private static func scan(_ log: MessageLog, _ model: [Row], _ input: inout FuzzInput) {
    let low = input.number(upTo: model.count + 3)
    let ids = UInt64(low)..<UInt64(low + input.number(upTo: model.count + 3))
    let stopping = input.number(upTo: 9)
    let held = (Int(log.firstID)..<model.count).filter { ids.contains(UInt64($0)) }
    for isReversed in [false, true] {
      let expected = (isReversed ? held.reversed() : held).prefix(stopping + 1)
      var seen: [Int] = []
      let visit = { (id: UInt64, record: MessageRecord, peer: Peer?, bytes: UnsafeRawBufferPointer) in
        compare(model[Int(id)], record, peer, Array(bytes))
        seen.append(Int(id))
        return seen.count <= stopping
      }
      let end = isReversed ? log.scanReversed(ids, visit) : log.scan(ids, visit)
      require(seen == Array(expected), "\(seen) of \(expected) are visited")
      if let last = seen.last { require(end == UInt64(isReversed ? last : last + 1), "a scan says where it ended") }
    }
  }

  private static func read(_ log: MessageLog, _ model: [Row]) {
    require(log[log.endID] == nil && (log.firstID == 0 || log[log.firstID - 1] == nil), "other rows are not held")
    for id in log.firstID..<log.endID {
      guard let row = log[id] else { fatalError("row \(id) is not held") }
      require(row.isNotice == (row.event != nil), "an event is kept as it is")
      compare(model[Int(id)], row.record, row.record.peer == MessageChunk.noPeer ? nil : row.peer, Array(row.payload))
    }
  }

  private static func compare(_ row: Row, _ record: MessageRecord, _ peer: Peer?, _ bytes: [UInt8]) {
    require(record.flags == row.record.flags, "a row keeps its flags")
    require(record.sequence == row.record.sequence && record.wireCount == row.record.wireCount, "and its record")
    require(peer == row.peer, "and its peer")
    require(bytes == row.bytes, "and its bytes")
  }
}
