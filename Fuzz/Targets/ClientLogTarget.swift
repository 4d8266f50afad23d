import Screen
import Wire

@testable import Echo

/// The client's log holds its bounds, is the newest part of a plain list of all that came, and knows each message's fate.
enum ClientLogTarget {
  private struct Row {
    var kind: ClientLog.Kind
    var message: UInt64 = 0
    var bytes: [UInt8]
    /// Whether what became of it can still change.
    var isOpen = false
  }

  private static let time = Timestamp(nanoseconds: 0)

  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let countLimit = input.number(upTo: 120) + 1
    let byteLimit = input.flag() ? input.number(upTo: 255) + 1 : (input.number(upTo: 20) + 1) << 9
    var log = ClientLog(countLimit: countLimit, byteLimit: byteLimit)
    var model: [Row] = []
    var messages: UInt64 = 0
    var cleared = 0
    for _ in 0..<300 where !input.isAtEnd {
      switch input.number(upTo: 9) {
      case 0...2:
        messages += 1
        let payload = input.bytes(input.number(upTo: 60))
        log.append(message: messages, payload: payload, wireCount: UInt64(payload.count), at: time)
        model.append(Row(kind: .sent(.queued), message: messages, bytes: Array(payload), isOpen: true))
      case 3:
        let payload = input.bytes(input.number(upTo: 60))
        log.append(received: payload, wireCount: UInt64(payload.count), flags: [], at: time)
        model.append(Row(kind: .received, bytes: Array(payload)))
      case 4:
        let isAlert = input.flag()
        log.append(notice: "notice", isAlert: isAlert, at: time)
        model.append(Row(kind: isAlert ? .alert : .event, bytes: Array("notice".utf8)))
      case 5, 6: mark(&log, &model, UInt64(input.number(upTo: Int(messages) + 1)), fate(&input))
      case 7: doubt(&log, &model, before: UInt64(input.number(upTo: Int(messages) + 1)))
      case 8:
        let id = input.number(upTo: model.count)
        let canBe = id >= log.firstID && id < model.count && model[id].kind == .sent(.inDoubt)
        require(log.markResent(row: UInt64(id)) == canBe, "only a message in doubt is sent again")
        if canBe { model[id].kind = .sent(.resent) }
      default:
        guard input.number(upTo: 7) == 0 else { break }
        log.clear()
        cleared = model.count
      }
      require(log.endID == UInt64(model.count) && log.firstID >= cleared, "every row has a number")
      require(log.count <= countLimit && (log.count > 0 || model.count == cleared), "the newest rows stay")
      require(log.byteCount <= byteLimit || log.count == 1, "\(log.byteCount) bytes of \(byteLimit)")
      require(log.byteCount >= model[Int(log.firstID)...].reduce(0) { $0 + $1.bytes.count }, "bytes are counted")
    }
    read(log, model)
  }

  private static func fate(_ input: inout FuzzInput) -> ClientLog.Fate {
    let fates: [ClientLog.Fate] = [
      .queued, .written, .waiting, .answered(1), .timedOut, .late(2), .inDoubt, .resent, .failed,
    ]
    return fates[input.number(upTo: fates.count - 1)]
  }

  private static func mark(_ log: inout ClientLog, _ model: inout [Row], _ message: UInt64, _ fate: ClientLog.Fate) {
    let held = Int(log.firstID)..<model.count
    let row = held.first { model[$0].isOpen && model[$0].message == message }
    require(log.mark(message, fate) == (row != nil), "a message whose fate is open is marked")
    guard let row else { return }
    model[row].kind = .sent(fate)
    switch fate {
    case .queued, .waiting, .timedOut: break
    case .written, .answered, .late, .inDoubt, .resent, .failed: model[row].isOpen = false
    }
  }

  private static func doubt(_ log: inout ClientLog, _ model: inout [Row], before limit: UInt64) {
    var count = 0
    for row in Int(log.firstID)..<model.count where model[row].isOpen && model[row].message < limit {
      model[row].isOpen = false
      guard [.sent(.queued), .sent(.waiting)].contains(model[row].kind) else { continue }
      model[row].kind = .sent(.inDoubt)
      count += 1
    }
    require(log.doubt(before: limit) == count, "\(count) are in doubt")
  }

  private static func read(_ log: ClientLog, _ model: [Row]) {
    let held = Int(log.firstID)..<model.count
    for row in held { compare(log, model[row], UInt64(row)) }
    require(log[log.endID] == nil && (log.firstID == 0 || log[log.firstID - 1] == nil), "other rows are not held")
    let inDoubt = held.filter { model[$0].kind == .sent(.inDoubt) }
    require(log.rowsInDoubt == inDoubt.map { UInt64($0) }, "\(inDoubt) are in doubt")
    for ids in [0..<(log.endID + 2), (log.firstID + UInt64(log.count / 3))..<(log.endID - UInt64(log.count / 3))] {
      let expected = held.filter { ids.contains(UInt64($0)) }
      for isReversed in [false, true] {
        var seen: [Int] = []
        let visit = { (id: UInt64, _: MessageRecord, _: Peer?, bytes: UnsafeRawBufferPointer) in
          require(bytes.elementsEqual(model[Int(id)].bytes), "a scan gives a row's bytes")
          seen.append(Int(id))
          return true
        }
        _ = isReversed ? log.scanReversed(ids, visit) : log.scan(ids, visit)
        require(seen == (isReversed ? expected.reversed() : expected), "\(seen) of \(expected) are visited")
      }
    }
  }

  private static func compare(_ log: ClientLog, _ row: Row, _ id: UInt64) {
    guard let found = log[id] else { fatalError("row \(id) is not held") }
    require(found.kind == row.kind && found.message == row.message, "\(found.kind) is not \(row.kind)")
    require(found.payload.elementsEqual(row.bytes), "a row keeps its bytes")
    let isHostile = row.bytes.withUnsafeBytes { Printable.isHostile($0) }
    require(found.flags.contains(.hostile) == isHostile, "a row keeps its flags")
  }
}
