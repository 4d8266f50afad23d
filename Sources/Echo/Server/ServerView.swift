package import Screen
import Wire

extension ServerModel {
  package func view() -> Surface {
    var surface = Surface(size: size)
    let layout = ServerLayout(size: size)
    drawTitle(layout.title, on: &surface)
    if let rect = layout.rates { drawRates(rect, on: &surface) }
    let columns = ServerColumns(width: layout.list.size.columns, last: totals.traffic.messages)
    if let rect = layout.header { drawHeader(rect, columns, on: &surface) }
    drawList(layout.list, columns, on: &surface)
    if let rect = layout.side { drawPeers(rect, on: &surface) }
    if let rect = layout.status { drawStatus(rect, on: &surface) }
    if let rect = layout.hints { Hints.draw(ServerKeys.map.hints, rect, look, on: &surface) }
    if case .help(let help) = focus {
      surface.draw(help, in: Rect(size: size), theme: look.theme, glyphs: look.glyphs)
    }
    return surface
  }

  /// Draws the list alone under a line of its own, for a screen that shows it beside something else.
  func drawPane(_ rect: Rect, on surface: inout Surface) {
    var rest = rect
    let title = rest.takeTop(1)
    surface.fill(title, style: look.theme[.titleBar])
    var fields = BarFields(columns: title.size.columns)
    fields.add("server received", rank: 0)
    fields.add("\(Figures.grouped(totals.traffic.messages)) msg", rank: 1)
    fields.add(Figures.scaled(totals.traffic.bytesReceived), rank: 2)
    fields.addRight(endpointText, rank: 4)
    if !list.isFollowing { fields.addRight("HOLD +\(Figures.grouped(UInt64(list.newCount))) new", rank: 3) }
    surface.draw(fields, title, style: look.theme[.titleBar])
    let columns = ServerColumns(width: rest.size.columns, last: totals.traffic.messages)
    if ServerModel.hasPaneHeader(rect) { drawHeader(rest.takeTop(1), columns, on: &surface) }
    drawList(rest, columns, on: &surface)
  }

  /// Whether a pane has room for the names of its columns.
  static func hasPaneHeader(_ rect: Rect) -> Bool { rect.size.rows >= 8 }

  private func drawTitle(_ rect: Rect, on surface: inout Surface) {
    let style = look.theme[.titleBar]
    surface.fill(rect, style: style)
    var fields = BarFields(columns: rect.size.columns)
    let state =
      switch phase {
      case .starting: "START"
      case .listening: "LISTEN"
      case .stopping: "STOPPING"
      }
    fields.add(state, rank: 0)
    fields.add(endpointText, rank: 1)
    if let startTime, size.columns >= ServerLayout.uptimeColumns {
      fields.add("up \(Figures.elapsed(nanoseconds: now.time.nanoseconds - startTime.nanoseconds))", rank: 5)
    }
    fields.add("peers \(peers.count)", rank: 4)
    fields.add("\(Figures.grouped(totals.traffic.messages)) msg", rank: 2)
    fields.add(Figures.scaled(totals.traffic.bytesReceived), rank: 3)
    fields.addRight("? help", rank: 6)
    surface.draw(fields, rect, style: style)
  }

  /// `tcp+udp 127.0.0.1:9000 [::1]`: the addresses once, the transports together.
  private var endpointText: String {
    var transports: [String] = []
    var addresses: [String] = []
    for endpoint in endpoints {
      if !transports.contains(endpoint.transport.rawValue) { transports.append(endpoint.transport.rawValue) }
      let address = Printable.text(endpoint.addressText.utf8)
      if !addresses.contains(address) { addresses.append(address) }
    }
    guard let first = addresses.first else { return "" }
    let more = addresses.count > 1 ? " +\(addresses.count - 1)" : ""
    return "\(transports.joined(separator: "+")) \(first)\(more)"
  }

  private func drawRates(_ rect: Rect, on surface: inout Surface) {
    let current = rates.current
    var fields: [(text: String, role: Role)] = [
      ("\(Figures.grouped(current.messages)) msg/s  \(Figures.scaled(current.bytes))/s", .text),
      ("peak \(Figures.grouped(max(rates.peak, current.messages)))/s", .text),
    ]
    fields += losses.map { ("\($1) \(Figures.grouped($0))", $0 > 0 ? .error : .muted) }
    let left = 6
    let textColumns = fields.map { Surface.columns(of: $0.text) + 2 }.reduce(0, +)
    let sparkColumns = min(RateWindow.seconds, max(0, rect.size.columns - left - textColumns))
    surface.draw(" 60s", column: 0, row: rect.minRow, style: look.theme[.muted])
    let sparkline = Sparkline(rates.messageCounts).text(columns: sparkColumns, glyphs: look.glyphs)
    surface.draw(sparkline, column: left - 1, row: rect.minRow, columns: sparkColumns, style: look.theme[.accent])
    var column = left + sparkColumns + 1
    for (text, role) in fields {
      column +=
        2
        + surface.draw(
          text,
          column: column,
          row: rect.minRow,
          columns: max(0, rect.maxColumn - column),
          style: look.theme[role]
        )
    }
  }

  /// What did not reach the reader's eyes, or anyone.
  private var losses: [(UInt64, String)] {
    var losses: [(UInt64, String)] = [(totals.droppedByKernel, "drop")]
    if totals.droppedByServer > 0 { losses.append((totals.droppedByServer, "not shown")) }
    if totals.refused > 0 { losses.append((totals.refused, "refused")) }
    return losses
  }

  private func drawHeader(_ rect: Rect, _ columns: ServerColumns, on surface: inout Surface) {
    let style = look.theme[.muted]
    surface.fill(rect, style: style)
    var row = ListRow(rect.minRow, rect.minColumn, limit: rect.maxColumn)
    row.right("#", columns.sequence, style, on: &surface)
    row.left("time", columns.clock.columns, style, on: &surface)
    row.left(columns.isPortOnly ? "port" : "peer", columns.peer, style, on: &surface)
    row.left("pr", columns.transport, style, on: &surface)
    row.right("bytes", columns.bytes, style, on: &surface)
    row.left("reply", columns.reply, style, on: &surface)
    row.left(skip > 0 ? "preview, from column \(skip + 1)" : "preview", columns.preview, style, on: &surface)
  }

  private func drawList(_ rect: Rect, _ columns: ServerColumns, on surface: inout Surface) {
    guard !rect.isEmpty else { return }
    if log.count == 0 {
      drawWelcome(rect, on: &surface)
      return
    }
    for (offset, id) in list.visible.enumerated() {
      guard let row = log[id] else { continue }
      draw(row, at: rect.minRow + offset, isNew: id == list.firstNew, in: rect, columns, on: &surface)
    }
  }

  private func drawWelcome(_ rect: Rect, on surface: inout Surface) {
    guard let endpoint = endpoints.first else { return }
    let command =
      switch endpoint {
      case .tcp(let host, let port): "echo_client \(host) \(port)"
      case .udp(let host, let port): "echo_client --udp \(host) \(port)"
      case .unix(let path): "echo_client unix:\(path)"
      }
    let lines = ["waiting for messages", "", "try, in another terminal:"]
    var below = rect
    _ = below.takeTop((rect.size.rows - lines.count - 1) / 2)
    surface.draw(centered: lines, below, style: look.theme[.muted])
    _ = below.takeTop(lines.count)
    surface.draw(centered: [command], below, style: look.theme[.accent])
  }

  private func draw(
    _ row: MessageLog.Row,
    at line: Int,
    isNew: Bool,
    in rect: Rect,
    _ columns: ServerColumns,
    on surface: inout Surface
  ) {
    let theme = look.theme
    let record = row.record
    let isAlert = record.flags.contains(.alert)
    let text = row.isNotice ? (isAlert ? Role.error : .notice) : .text
    var cursor = ListRow(line, rect.minColumn, limit: rect.maxColumn)
    if isNew { surface.draw(">", column: rect.minColumn, row: line, style: theme[.unread]) }
    cursor.right(row.isNotice ? "" : "\(record.sequence)", columns.sequence, theme[.muted], on: &surface)
    let time = Figures.clock(record.time, offset: now.offset, columns.clock)
    cursor.left(time, columns.clock.columns, theme[.muted], on: &surface)
    if !row.isNotice || row.peer.connection != .none {
      cursor.left(peerText(row.peer, columns), columns.peer, theme[text], on: &surface)
      cursor.left(row.peer.transport.rawValue, columns.transport, theme[.muted], on: &surface)
    }
    if row.isNotice {
      // What the columns of a message would hold, a notice needs for its words.
      let sign = isAlert ? "!! " : "-- "
      let words = sign + String(decoding: row.payload, as: UTF8.self)
      cursor.left(words, rect.maxColumn - cursor.column, theme[text], on: &surface)
      return
    }
    cursor.right(Figures.bytes(record.wireCount), columns.bytes, theme[text], on: &surface)
    let (reply, role) = replyText(record)
    cursor.left(reply, columns.reply, theme[role], on: &surface)
    let shown = framing.shown(of: row.payload, transport: row.peer.transport)
    shown.withUnsafeBytes { bytes in
      _ = surface.draw(
        untrusted: bytes,
        at: Point(column: cursor.column, row: line),
        columns: columns.preview,
        skip: skip,
        style: theme[text],
        escapeStyle: theme[.escape]
      )
    }
  }

  private func peerText(_ peer: Peer, _ columns: ServerColumns) -> String {
    guard columns.isPortOnly else { return peer.address.description }
    return peer.transport == .unix ? "\(peer.address.scope)" : ":\(peer.address.port)"
  }

  private func replyText(_ record: MessageRecord) -> (String, Role) {
    if record.flags.contains(.stop) { return ("stop", .warning) }
    if record.flags.contains(.stopRefused) { return ("stop!", .error) }
    if record.flags.contains(.truncated) { return ("trunc", .warning) }
    if record.flags.contains(.partial) { return ("part", .warning) }
    return record.flags.contains(.answered) ? ("OK", .ok) : ("-", .muted)
  }

  private func drawPeers(_ rect: Rect, on surface: inout Surface) {
    let theme = look.theme
    for row in rect.minRow..<rect.maxRow {
      surface.put(Cell(look.glyphs.vertical, style: theme[.border]), column: rect.minColumn, row: row)
    }
    let left = rect.minColumn + 2
    let nameColumns = rect.size.columns - 2 - 16
    func line(_ row: Int, _ name: String, _ messages: String, _ bytes: String, _ style: Style) {
      surface.draw(name, column: left, row: row, columns: nameColumns, style: style)
      surface.drawRight(messages, column: left + nameColumns, row: row, columns: 8, style: style)
      surface.drawRight(bytes, column: left + nameColumns + 8, row: row, columns: 7, style: style)
    }
    line(rect.minRow, "peers \(peers.count)", "msg", "bytes", theme[.muted])
    for (index, entry) in peers.latest(max(0, rect.size.rows - 1)).enumerated() {
      line(
        rect.minRow + 1 + index,
        entry.peer.description,
        Figures.grouped(entry.summary.messages),
        Figures.scaled(entry.summary.bytes),
        theme[.text]
      )
    }
  }

  private func drawStatus(_ rect: Rect, on surface: inout Surface) {
    let style = look.theme[.statusBar]
    surface.fill(rect, style: style)
    if focus == .quitQuestion {
      let question = " \(Figures.quantity(UInt64(peers.connectedCount), "peer")) connected. Stop the server? y/n"
      surface.draw(
        question,
        column: rect.minColumn,
        row: rect.minRow,
        columns: rect.size.columns,
        style: look.theme[.warning]
      )
      return
    }
    var fields = BarFields(columns: rect.size.columns)
    let newCount = list.newCount + Int(log.endID - list.end)
    let mode = isPaused ? "PAUSED" : list.isFollowing ? "FOLLOW" : "HOLD"
    fields.add("\(mode) +\(Figures.grouped(UInt64(newCount))) new", rank: 0)
    if log.droppedCount > 0, let oldest = log.oldestTime {
      let since = Figures.clock(oldest, offset: now.offset, .seconds)
      fields.add("kept since \(since), \(Figures.grouped(log.droppedCount)) gone", rank: 2)
    }
    if stopPolicy == .any { fields.add("ANYONE MAY STOP", rank: 1) }
    fields.add("framing \(framing)", rank: 4)
    fields.addRight("mem \(Figures.scaled(UInt64(log.byteCount)))", rank: 3)
    surface.draw(fields, rect, style: style)
  }
}
