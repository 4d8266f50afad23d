import Screen
import Wire

/// The list of messages and events.
extension ServerModel {
  func drawMessages(_ layout: ServerLayout, on surface: inout Surface) {
    let columns = ServerColumns(
      width: layout.list.size.columns,
      last: lastNumber,
      hasDelta: size.columns >= ServerLayout.deltaColumns
    )
    if let rect = layout.header { drawHeader(rect, columns, on: &surface) }
    drawList(layout.list, columns, isSelectable: true, on: &surface)
  }

  /// The greatest number that the columns have room for: whatever comes, those of a list that is held stay as they are.
  private var lastNumber: UInt64 {
    let newest = browser.log.recorded == nil ? measures.totals.traffic.messages : browser.log.endID
    guard browser.list.heldSight(in: browser.log) != nil else { return newest }
    let rows = browser.viewport.visible.reversed().lazy.compactMap { browser.log[browser.list.id(of: $0)] }
    return rows.first { !$0.isNotice }?.record.sequence ?? newest
  }

  /// Draws the list alone under a line of its own, for a screen that shows it beside something else.
  func drawPane(_ rect: Rect, on surface: inout Surface) {
    var rest = rect
    let title = rest.takeTop(1)
    let traffic = measures.totals.traffic
    surface.fill(title, style: look.theme[.titleBar])
    var fields = BarFields(columns: title.size.columns)
    fields.add("server received", rank: 0)
    fields.add("\(Figures.grouped(traffic.messages)) msg", rank: 1)
    fields.add(Figures.scaled(traffic.bytesReceived), rank: 2)
    fields.addRight(endpointText, rank: 4)
    if !browser.viewport.isFollowing { fields.addRight("HOLD \(newText)", rank: 3) }
    surface.draw(fields, title, style: look.theme[.titleBar])
    let columns = ServerColumns(width: rest.size.columns, last: lastNumber)
    if ServerModel.hasPaneHeader(rect) { drawHeader(rest.takeTop(1), columns, on: &surface) }
    drawList(rest, columns, isSelectable: false, on: &surface)
  }

  /// Whether a pane has room for the names of its columns.
  static func hasPaneHeader(_ rect: Rect) -> Bool { rect.size.rows >= 8 }

  private func drawHeader(_ rect: Rect, _ columns: ServerColumns, on surface: inout Surface) {
    let style = look.theme[.muted]
    surface.fill(rect, style: style)
    var row = ListRow(rect.minRow, rect.minColumn, limit: rect.maxColumn)
    row.right("#", columns.sequence, style, on: &surface)
    if columns.sequence > 0 { row.skip(1) }
    row.left("time", columns.clock.columns, style, on: &surface)
    row.right("dt", columns.delta, style, on: &surface)
    row.left(columns.isPortOnly ? "port" : "peer", columns.peer, style, on: &surface)
    row.left("pr", columns.transport, style, on: &surface)
    row.right("bytes", columns.bytes, style, on: &surface)
    row.left("reply", columns.reply, style, on: &surface)
    row.left(skip > 0 ? "preview, from column \(skip + 1)" : "preview", columns.preview, style, on: &surface)
  }

  private func drawList(_ rect: Rect, _ columns: ServerColumns, isSelectable: Bool, on surface: inout Surface) {
    guard !rect.isEmpty else { return }
    if browser.list.count == 0 {
      let isFresh = browser.log.endID == 0
      if isFresh { drawWelcome(rect, on: &surface) } else { drawNothingLeft(rect, on: &surface) }
      return
    }
    let viewport = browser.viewport
    let firstNew = viewport.firstNew
    for (offset, number) in viewport.visible.enumerated() {
      guard let row = browser.log[browser.list.id(of: number)] else { continue }
      var line = MessageLine(row: row, line: rect.minRow + offset, rect: rect, columns: columns)
      line.isSelected = isSelectable && number == viewport.selection
      line.isFirstNew = number == firstNew
      line.isMarked = browser.marks.contains(browser.list.id(of: number))
      if columns.delta > 0, let before = browser.list.row(before: number),
        let earlier = browser.log[browser.list.id(of: before)]
      {
        line.delta = row.record.time.nanoseconds - earlier.record.time.nanoseconds
      }
      draw(line, on: &surface)
    }
    // The one row says that what comes is recorded.
    if isRecording, browser.log.endID == 1 {
      var below = rect
      _ = below.takeTop(1)
      drawWelcome(below, on: &surface)
    }
  }

  private func drawWelcome(_ rect: Rect, on surface: inout Surface) {
    if browser.log.isRecordingAlone { return draw(centered: ["nothing is recorded yet"], rect, on: &surface) }
    if case .over = phase { return draw(centered: ["no message came"], rect, on: &surface) }
    guard let endpoint = endpoints.first else { return }
    let command =
      switch endpoint {
      case .tcp(let host, let port): "echo_client \(host) \(port)"
      case .udp(let host, let port): "echo_client --udp \(host) \(port)"
      case .unix(let path): "echo_client unix:\(Printable.text(path.utf8))"
      }
    let lines = ["waiting for messages", "", "try, in another terminal:"]
    var below = rect
    _ = below.takeTop((rect.size.rows - lines.count - 1) / 2)
    surface.draw(centered: lines, below, style: look.theme[.muted])
    _ = below.takeTop(lines.count)
    surface.draw(centered: [command], below, style: look.theme[.accent])
  }

  private func drawNothingLeft(_ rect: Rect, on surface: inout Surface) {
    let words =
      if browser.log.count == 0 {
        ["nothing since the list was cleared"]
      } else if browser.filter == nil {
        ["paused; the rows that were here are gone"]
      } else {
        [browser.isComplete ? "the filter lets nothing through" : "filtering…", "f ^U Enter drops it"]
      }
    draw(centered: words, rect, on: &surface)
  }

  /// Draws a few lines in the middle.
  private func draw(centered lines: [String], _ rect: Rect, on surface: inout Surface) {
    var below = rect
    _ = below.takeTop((rect.size.rows - 1) / 2)
    surface.draw(centered: lines, below, style: look.theme[.muted])
  }

  /// One row of the list, and what is to be seen of it.
  private struct MessageLine {
    let row: MessageLog.Row
    let line: Int
    let rect: Rect
    let columns: ServerColumns
    var isSelected = false
    var isFirstNew = false
    var isMarked = false
    /// Nanoseconds since the row before.
    var delta: Int64?

    var sign: String { isMarked ? "*" : row.record.flags.contains(.hostile) ? "!" : "" }
  }

  private func draw(_ message: MessageLine, on surface: inout Surface) {
    let (row, columns, rect) = (message.row, message.columns, message.rect)
    func style(_ role: Role) -> Style { look.theme[role, selected: message.isSelected] }
    let record = row.record
    let isAlert = record.flags.contains(.alert)
    let text = row.isNotice ? (isAlert ? Role.error : .notice) : .text
    surface.fill(
      Rect(column: rect.minColumn, row: message.line, columns: rect.size.columns, rows: 1),
      style: style(.text)
    )
    if message.isSelected || message.isFirstNew {
      let sign = message.isSelected ? ">" : "+"
      surface.draw(sign, column: rect.minColumn, row: message.line, style: style(message.isSelected ? .text : .unread))
    }
    var cursor = ListRow(message.line, rect.minColumn, limit: rect.maxColumn)
    cursor.right(row.isNotice ? "" : "\(record.sequence)", columns.sequence, style(.muted), on: &surface)
    if columns.sequence > 0 {
      surface.draw(
        message.sign,
        column: cursor.column - 1,
        row: message.line,
        style: style(message.isMarked ? .accent : .warning)
      )
      cursor.skip(1)
    }
    let time = Figures.clock(record.time, offset: now.offset, columns.clock)
    cursor.left(time, columns.clock.columns, style(.muted), on: &surface)
    cursor.right(message.delta.map(Figures.delta) ?? "", columns.delta, style(.muted), on: &surface)
    if row.hasPeer {
      cursor.left(peerText(row.peer, columns), columns.peer, style(text), on: &surface)
      cursor.left(row.peer.transport.rawValue, columns.transport, style(.muted), on: &surface)
    }
    if row.isNotice {
      // What the columns of a message would hold, a notice needs for its words.
      surface.draw(
        isAlert ? "!!" : "--",
        column: cursor.column,
        row: message.line,
        columns: max(0, rect.maxColumn - cursor.column),
        style: style(text)
      )
      drawPreview(message, at: cursor.column + 3, row.payload, text, on: &surface)
      return
    }
    cursor.right(Figures.bytes(record.wireCount), columns.bytes, style(text), on: &surface)
    let (reply, role) = replyText(record, columns)
    cursor.left(reply, columns.reply, style(role), on: &surface)
    drawPreview(message, at: cursor.column, row.shown(framing), .text, on: &surface)
  }

  private func drawPreview(
    _ message: MessageLine,
    at column: Int,
    _ shown: ArraySlice<UInt8>,
    _ role: Role,
    on surface: inout Surface
  ) {
    RowPreview(browser, look: look, isSelected: message.isSelected).draw(
      shown,
      at: Point(column: column, row: message.line),
      columns: message.rect.maxColumn - column,
      skip: message.row.isNotice ? 0 : skip,
      role,
      on: &surface
    )
  }

  private func peerText(_ peer: Peer, _ columns: ServerColumns) -> String {
    guard columns.isPortOnly else { return peer.address.description }
    return peer.transport == .unix ? "\(peer.address.scope)" : ":\(peer.address.port)"
  }

  private func replyText(_ record: MessageRecord, _ columns: ServerColumns) -> (String, Role) {
    if record.flags.contains(.sent) { return sentText(record) }
    if record.flags.contains(.stop) { return ("stop", .warning) }
    if record.flags.contains(.stopRefused) { return ("stop!", .error) }
    if record.flags.contains(.truncated) { return ("trunc", .warning) }
    if record.flags.contains(.partial) { return ("part", .warning) }
    if record.flags.contains(.heard) { return ("< \(time(of: record, columns) ?? "")", .received) }
    guard record.flags.contains(.answered) else { return ("-", .muted) }
    return (time(of: record, columns).map { "OK \($0)" } ?? "OK", .ok)
  }

  private func time(of record: MessageRecord, _ columns: ServerColumns) -> String? {
    guard columns.reply == ServerColumns.replyWithTime else { return nil }
    return record.replyTime.nanoseconds.map(Figures.milliseconds)
  }

  /// What a client's recording says of what it sent, as the client's own screen says it.
  private func sentText(_ record: MessageRecord) -> (String, Role) {
    if record.flags.contains(.late) { return (">late", .warning) }
    if record.flags.contains(.unanswered) { return (">T/O", .warning) }
    return (">", .sent)
  }
}
