import Screen
import Wire

@testable import Echo

/// Whatever rows a recording has: exported they are lines of visible text and JSON, or blocks of a capture file; printed they
/// are visible; and replayed each message is sent or counted as left out.
enum RecordingTarget {
  struct Row {
    var record: MessageRecord
    var peer: Peer?
    /// Of an event its words.
    var bytes: [UInt8]
    /// Of an event its line of JSON.
    var line: [UInt8]
  }

  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let run = ExportedRun(
      started: Timestamp(nanoseconds: time(&input)),
      framing: text(&input),
      reply: text(&input),
      endpoints: (0..<input.number(upTo: 3)).map { _ in text(&input) }
    )
    var rows: [Row] = []
    while !input.isAtEnd, rows.count < 100 { rows.append(row(&input, UInt64(rows.count + 1))) }
    export(rows, run)
    show(rows, run)
    replay(rows, run)
  }

  // MARK: Rows are made up as a reader gives them

  private static func time(_ input: inout FuzzInput) -> Int64 {
    Int64(clamping: input.flag() ? UInt64(input.byte()) : input.number64()) & (1 << 62 - 1)
  }

  private static func text(_ input: inout FuzzInput) -> String {
    switch input.number(upTo: 9) {
    case 0: "line"
    case 1: "ok"
    case 2: "echo"
    case 3: "fixed:4"
    case 4: "tcp 127.0.0.1:5000"
    case 5: "udp [::]:5000"
    default: String(decoding: input.bytes(input.number(upTo: 24)), as: UTF8.self)
    }
  }

  private static func row(_ input: inout FuzzInput, _ sequence: UInt64) -> Row {
    let isEvent = input.number(upTo: 3) == 0
    let allowed = MessageRecord.Flags([.notice, .alert, .hostile]).rawValue
    let flags = UInt16(input.number(upTo: 65_535)) & ~allowed
    let record = MessageRecord(
      sequence: input.flag() ? sequence : input.number64(),
      time: Timestamp(nanoseconds: time(&input)),
      wireCount: isEvent ? 0 : input.number64() & (1 << 40 - 1),
      offset: 0,
      count: 0,
      peer: 0,
      flags: isEvent ? .notice : MessageRecord.Flags(rawValue: flags)
    )
    let peer = peer(&input)
    let bytes = Array(input.bytes(input.number(upTo: 40)))
    return Row(record: record, peer: peer, bytes: bytes, line: isEvent ? line(&input) : [])
  }

  private static func peer(_ input: inout FuzzInput) -> Peer? {
    let transport = [Transport.tcp, .udp, .unix][input.number(upTo: 2)]
    let written = input.flag() ? text(&input) : AddressTarget.address(&input).description
    guard let address = SocketAddress(written: written), (address.family == .unix) == (transport == .unix) else {
      return nil
    }
    require(address.description == written, "an address is read as it is written")
    return Peer(connection: ConnectionID(UInt32(input.number(upTo: 3))), transport: transport, address: address)
  }

  /// An event's line: of a server's kind, with a part that is anything, or anything at all.
  private static func line(_ input: inout FuzzInput) -> [UInt8] {
    let kinds = ["connected", "disconnected", "dropped", "refused", "failure", "recording", "stopping", "stopped"]
    guard let kind = kinds.indices.contains(input.number(upTo: 8)) ? kinds[input.number(upTo: 7)] : nil else {
      return Array(input.bytes(input.number(upTo: 200)))
    }
    let head = "{\"event\":\"\(kind)\",\"time\":\"2026-11-22T15:47:58.004000Z\",\"transport\":\"tcp\","
    let peer = "\"peer\":\"127.0.0.1:50000\",\"connection\":\(input.number(upTo: 3))"
    return Array((head + peer).utf8) + input.bytes(input.number(upTo: 80)) + [0x7D]
  }

  // MARK: What becomes of them

  private static func export(_ rows: [Row], _ run: ExportedRun) {
    for format in ExportFormat.allCases {
      var export = RecordingExport(format)
      export.begin(run)
      for row in rows {
        if row.record.flags.contains(.notice) {
          row.line.withUnsafeBytes { export.add(event: $0, at: row.record.time) }
        } else {
          row.bytes.withUnsafeBytes { export.add(row.record, from: row.peer, $0) }
        }
      }
      for notice in export.finish() { check(visible: notice) }
      let output = export.takeOutput()
      switch format {
      case .jsonl: check(json: output)
      case .text: check(lines: output)
      case .pcapng: check(blocks: output)
      }
    }
  }

  private static func check(visible text: some StringProtocol) {
    // As on a letter: a mark in a string is allowed to stand on what is before it.
    if let complaint = DisplayPolicy.complaint(about: "a\(text)") { fatalError(complaint) }
  }

  private static func check(lines output: [UInt8]) {
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") { check(visible: line) }
  }

  private static func check(json output: [UInt8]) {
    for line in output.split(separator: 0x0A) {
      require(line.withUnsafeBytes { JSONOutline($0) } != nil, "an exported line is JSON")
    }
    for scalar in String(decoding: output, as: UTF8.self).unicodeScalars where scalar != "\n" {
      check(visible: "\(scalar)")
    }
  }

  /// Blocks have their lengths at both ends (pcapng, 3.1).
  private static func check(blocks output: [UInt8]) {
    func number(at place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(output[place + $1]) << (8 * $1) } }
    var place = 0
    while place < output.count {
      require(place + 12 <= output.count, "a block has a head and an end")
      let count = number(at: place + 4)
      require(count >= 12 && count % 4 == 0 && place + count <= output.count, "a block is whole")
      require(number(at: place + count - 4) == count, "a block's lengths agree")
      place += count
    }
  }

  private static func show(_ rows: [Row], _ run: ExportedRun) {
    for format in OutputFormat.allCases {
      var transcript = RecordedTranscript(MadeUpRows(rows, run.framing), format: format)
      var plain = PlainOutput()
      while transcript.append(to: &plain) {}
      let lines = plain.output + plain.notices + plain.lateNotices
      if format == .json { check(json: plain.output) } else { check(lines: lines) }
    }
  }

  private static func replay(_ rows: [Row], _ run: ExportedRun) {
    var configuration = ClientConfiguration(endpoint: .tcp(host: "127.0.0.1", port: 7))
    configuration.framing = run.framing
    let plan = try? ReplayPlan(
      reply: run.reply ?? .ok,
      pace: .unlimited,
      sendsStops: false,
      configuration: configuration
    )
    guard let plan else { return }
    var model = ReplayModel(plan, format: .text)
    var plain = PlainOutput()
    var sent = 0
    func give(_ event: ReplayModel.Event) {
      let moment = ReplayModel.Moment(elapsed: 1, time: Timestamp(nanoseconds: 1))
      for command in model.update(event, at: moment, to: &plain) {
        if case .send(let batch) = command { sent += batch.messages.count }
      }
    }
    give(.wire(.connected(local: nil, peer: nil, at: Timestamp(nanoseconds: 0))))
    let messages = rows.filter { !$0.record.flags.contains(.notice) }
    for row in messages {
      let message = ReplayMessage(
        sequence: row.record.sequence,
        time: row.record.time,
        isAnswered: row.record.flags.contains(.answered),
        isTruncated: row.record.flags.contains(.truncated),
        payload: row.bytes
      )
      give(.message(message))
    }
    give(.endOfMessages)
    let tally = model.tally
    require(
      sent + Int(tally.stops + tally.truncated + tally.misfits) == messages.count,
      "each message is sent, or told of"
    )
    check(lines: plain.output + plain.notices + plain.lateNotices)
  }
}

/// A recording that is none.
private final class MadeUpRows: RecordedRows {
  private let rows: [RecordingTarget.Row]
  let framing: Framing
  let runCount = 1
  let firstID: UInt64 = 0
  let readCount = 0

  init(_ rows: [RecordingTarget.Row], _ framing: Framing) {
    self.rows = rows
    self.framing = framing
  }

  func refresh() -> UInt64 { UInt64(rows.count) }

  func page(from id: UInt64) -> RecordedPage {
    var page = RecordedPage(of: id, framing: framing)
    var end = Int(id)
    while end < rows.count, !page.isFull {
      let row = rows[end]
      row.bytes.withUnsafeBytes { page.append(UInt64(end), row.record, row.peer, $0) }
      end += 1
    }
    page.close(id..<UInt64(max(end, Int(id) + 1)), isReversed: false)
    return page
  }

  func page(upTo id: UInt64) -> RecordedPage {
    var page = page(from: 0)
    page.close(0..<(id + 1), isReversed: false)
    return page
  }

  /// Leaves all of them to the pages.
  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64 {
    isReversed ? ids.upperBound : ids.lowerBound
  }

  func id(ofMessage number: UInt64, inRunOf id: UInt64) -> UInt64? { nil }
  func run(of id: UInt64) -> (run: ExportedRun, ids: Range<UInt64>)? { nil }
  func line(of id: UInt64) -> [UInt8] { rows[Int(id)].line }
  func takeFailure() -> String? { nil }
}
