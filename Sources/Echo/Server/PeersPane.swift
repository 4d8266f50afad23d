import Screen
import Wire

/// The peers as a list: the latest while nobody is in it, and an order that stands still for a reader who is.
///
/// It keeps names only; what is shown of them comes from the table at the moment of drawing.
struct PeersPane: Hashable, Sendable {
  /// Top to bottom; ended ones among them only where a reader has seen them.
  private(set) var rows: [Peer] = []
  /// Whether a reader is in it: rows keep their places and newcomers go to the end.
  private(set) var isAttended = false
  /// What the rows were put in order by when the reader came.
  private(set) var order = PeerTable.Order.lastSeen
  /// Where the rows are shown; its ids are their places.
  private var list = ListViewport()
  /// The same as `rows`: a source of datagrams that was forgotten may come again.
  private var members: Set<Peer> = []
  /// Peers that had come when the rows were brought up to date.
  private var arrivals: UInt64 = 0

  /// Ended connections that stay in a reader's list beside those that are open.
  static let endedLimit = 4096

  /// Lines above the rows: the names of the columns.
  static let headerRows = 1

  /// The peer that the reader has selected.
  var selected: Peer? {
    guard isAttended, let id = list.selection, let place = list.index(of: id) else { return nil }
    return rows[place]
  }

  // The list changes.

  /// A reader comes: the order of this moment stands, and the peer he was shown or chose is selected.
  mutating func enter(_ table: PeerTable, at now: Timestamp, by order: PeerTable.Order = .lastSeen) {
    let chosen = selected
    isAttended = true
    self.order = order
    rows = table.ordered(by: order, at: now)
    members = Set(rows)
    arrivals = table.arrivals
    list.replace(first: 0, count: rows.count)
    list.select(UInt64(chosen.flatMap { rows.firstIndex(of: $0) } ?? 0))
    stay()
  }

  /// The next order, at once; the selected peer stays selected.
  mutating func reorder(_ table: PeerTable, at now: Timestamp) {
    let all = PeerTable.Order.allCases
    let next = all.firstIndex(of: order).map { all[($0 + 1) % all.count] } ?? .lastSeen
    enter(table, at: now, by: next)
  }

  mutating func leave(_ table: PeerTable) {
    isAttended = false
    members = []
    list.deselect()
    sync(table)
  }

  mutating func resize(rows count: Int, _ table: PeerTable) {
    list.resize(rows: count)
    if isAttended { stay() } else { sync(table) }
  }

  /// Brings the rows up to date with the table; to be called before a picture is made. No peer moves under anyone's eyes.
  mutating func sync(_ table: PeerTable) {
    guard isAttended else { return showLatest(table) }
    let newcomers = table.newcomers(since: arrivals).filter { members.insert($0).inserted }
    arrivals = table.arrivals
    if !newcomers.isEmpty {
      stay()
      let wasEmpty = rows.isEmpty
      rows += newcomers
      list.append(newcomers.count)
      if wasEmpty { list.select(0) }
      stay()
    }
    if rows.count > table.count + PeersPane.endedLimit { forgetEnded(table) }
  }

  /// The latest that fit; one that is still among them keeps its row, and a new one takes the row of one that is not.
  private mutating func showLatest(_ table: PeerTable) {
    let latest = table.latest(list.rows).map(\.peer)
    let wanted = Set(latest)
    let shown = Set(rows)
    var newcomers = latest.filter { !shown.contains($0) }.makeIterator()
    rows = rows.compactMap { wanted.contains($0) ? $0 : newcomers.next() }
    while let newcomer = newcomers.next() { rows.append(newcomer) }
    list.replace(first: 0, count: rows.count)
    stay()
  }

  /// Ended connections go, but for those in the window, which does not move.
  private mutating func forgetEnded(_ table: PeerTable) {
    let window = list.visible
    let chosen = selected
    var top = 0
    var kept: [Peer] = []
    for (place, peer) in rows.enumerated() {
      if place == Int(window.lowerBound) { top = kept.count }
      let isShown = window.contains(UInt64(place)) || peer == chosen
      if isShown || table[peer].map({ !$0.isEnded }) == true { kept.append(peer) }
    }
    rows = kept
    members = Set(kept)
    list.replace(first: 0, count: rows.count)
    list.deselect()
    list.scroll(by: .min)
    list.scroll(by: top)
    if let chosen, let place = rows.firstIndex(of: chosen) { list.select(UInt64(place)) }
    stay()
  }

  /// A list of peers has no newest that is to be followed: at its end the window stands still too.
  private mutating func stay() {
    if list.isFollowing, list.count > 0 { list.toggleFollow() }
  }

  // The reader moves.

  mutating func move(by distance: Int) { moving { $0.move(by: distance) } }
  mutating func pageUp() { moving { $0.pageUp() } }
  mutating func pageDown() { moving { $0.pageDown() } }
  mutating func top() { moving { $0.top() } }
  mutating func bottom() { moving { $0.bottom() } }

  /// Selects the peer in one of the rows in the window, counted from 0.
  mutating func select(line: Int) {
    guard isAttended, line >= 0, line < list.visible.count else { return }
    moving { $0.select($0.visible.lowerBound + UInt64(line)) }
  }

  private mutating func moving(_ step: (inout ListViewport) -> Void) {
    guard isAttended else { return }
    step(&list)
    stay()
  }

  // The picture.

  /// Draws the list in a rectangle whose height, but for the header, it was given by `resize`.
  func draw(_ table: PeerTable, in rect: Rect, on surface: inout Surface, look: Look, now: Moment) {
    let theme = look.theme
    surface.fill(rect, style: theme[.text])
    var below = rect
    let header = below.takeTop(PeersPane.headerRows)
    guard !header.isEmpty else { return }
    let columns = PeerColumns(width: rect.size.columns)
    drawHeader(table, columns, header, on: &surface, theme)
    for (line, id) in list.visible.enumerated() where line < below.size.rows {
      let peer = rows[Int(id)]
      let isSelected = isAttended && id == list.selection
      let row = Rect(column: rect.minColumn, row: below.minRow + line, columns: rect.size.columns, rows: 1)
      if isSelected { surface.fill(row, style: theme[.text, selected: true]) }
      draw(peer, table[peer], columns, row, on: &surface, theme, isSelected: isSelected, now: now)
    }
  }

  private func drawHeader(
    _ table: PeerTable,
    _ columns: PeerColumns,
    _ rect: Rect,
    on surface: inout Surface,
    _ theme: Theme
  ) {
    let style = theme[isAttended ? .accent : .muted]
    var row = ListRow(rect.minRow, rect.minColumn - 1, limit: rect.maxColumn)
    func title(_ name: String, _ order: PeerTable.Order) -> String {
      isAttended && self.order == order ? "*" + name : name
    }
    let ended = isAttended ? rows.count - table.count : 0
    let gone = ended > 0 ? ", \(Figures.grouped(UInt64(ended))) gone" : ""
    let unheard = table.unheardCount > 0 ? ", \(Figures.grouped(UInt64(table.unheardCount))) unheard" : ""
    let name = "peers \(Figures.grouped(UInt64(table.count + table.unheardCount)))\(unheard)\(gone)"
    row.left(title(name, .arrival), columns.nameAndTransport, style, on: &surface)
    row.right(title("msg", .messages), columns.messages, style, on: &surface)
    row.right(title("bytes", .bytes), columns.bytes, style, on: &surface)
    row.right(title("rate", .rate), columns.rate, style, on: &surface)
    row.right(title(columns.seen < 5 ? "age" : "seen", .lastSeen), columns.seen, style, on: &surface)
  }

  private func draw(
    _ peer: Peer,
    _ summary: PeerTable.Summary?,
    _ columns: PeerColumns,
    _ rect: Rect,
    on surface: inout Surface,
    _ theme: Theme,
    isSelected: Bool,
    now: Moment
  ) {
    let isEnded = summary?.isEnded ?? true
    let text = theme[isEnded ? .muted : .text, selected: isSelected]
    let muted = theme[.muted, selected: isSelected]
    var row = ListRow(rect.minRow, rect.minColumn - 1, limit: rect.maxColumn)
    row.left(peer.transport.rawValue, columns.transport, muted, on: &surface)
    row.left(columns.name(of: peer), columns.name, text, on: &surface)
    guard let summary else {
      row.right("gone", columns.messages, muted, on: &surface)
      return
    }
    row.right(Figures.scaledCount(summary.messages), columns.messages, text, on: &surface)
    row.right(Figures.scaled(summary.bytes), columns.bytes, text, on: &surface)
    let rate = isEnded ? 0 : summary.rate(at: now.time).messages
    row.right(rate == 0 ? "-" : "\(Figures.scaledCount(rate))/s", columns.rate, rate == 0 ? muted : text, on: &surface)
    let age = isEnded ? "gone" : Figures.age(nanoseconds: now.time.nanoseconds - summary.lastSeen.nanoseconds)
    row.right(age + columns.ago(isEnded: isEnded, age), columns.seen, muted, on: &surface)
  }
}

/// The columns of the list of peers at a width: the name gives way first, then what is the least missed.
private struct PeerColumns {
  var transport = 4
  var name = 0
  /// 0 leaves a column out.
  var messages = 5
  var bytes = 6
  var rate = 7
  var seen = 8

  /// A peer of IPv4 with a port of five digits on this machine.
  private static let leastName = 15
  /// A port of five digits.
  private static let leastPort = 6

  init(width: Int) {
    let folds: [(inout PeerColumns) -> Void] = [
      { $0.seen = 4 },
      { $0.rate = 0 },
      { $0.seen = 0 },
      { $0.transport = 0 },
      { $0.bytes = 0 },
    ]
    for fold in folds where width - fixed < PeerColumns.leastName { fold(&self) }
    if width - fixed < PeerColumns.leastPort { messages = 0 }
    name = max(0, width - fixed)
  }

  private var fixed: Int { [transport, messages, bytes, rate, seen].map { $0 == 0 ? 0 : $0 + 1 }.reduce(0, +) }

  var nameAndTransport: Int { name + (transport == 0 ? 0 : transport + 1) }

  /// The end of a name tells peers apart, so a long one loses its beginning.
  func name(of peer: Peer) -> String {
    let whole = peer.address.description
    guard whole.utf8.count > name, name > 0 else { return whole }
    return "~" + String(decoding: whole.utf8.suffix(name - 1), as: UTF8.self)
  }

  func ago(isEnded: Bool, _ age: String) -> String { isEnded || age == "now" || seen < 8 ? "" : " ago" }
}
