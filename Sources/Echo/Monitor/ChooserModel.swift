package import Screen
import Wire

/// The choice of one of the servers that run here, on a screen.
package struct ChooserModel: ScreenModel {
  /// The servers that run now.
  package typealias News = [ServerGreeting]

  package enum Request: Hashable, Sendable {
    /// Look for the servers again; answered by news.
    case find
  }

  private enum Action: Hashable, Sendable {
    case up, down, pageUp, pageDown, top, bottom
    case choose, find, redraw, suspend, quit
  }

  private static let keys = Keymap<Action>([
    .init(
      title: "Choose",
      bindings: [
        .init(Key(.up), .character("k"), action: .up, help: "up"),
        .init(Key(.down), .character("j"), action: .down, help: "down"),
        .init(Key(.pageUp), .character("b"), action: .pageUp, help: "up a page"),
        .init(Key(.pageDown), .character(" "), action: .pageDown, help: "down a page"),
        .init(Key(.home), .character("g"), action: .top, help: "to the first"),
        .init(Key(.end), .character("G"), action: .bottom, help: "to the last"),
        .init(Key(.enter), action: .choose, help: "watch the server", hint: "watch"),
        .init(.character("r"), action: .find, help: "look again which run", hint: "look again"),
        .init(.character("q"), Key(.escape), .control("c"), action: .quit, help: "quit", hint: "quit"),
        .init(.control("z"), action: .suspend, help: "suspend; fg comes back"),
        .init(.control("l"), action: .redraw, help: "draw the screen anew"),
      ]
    )
  ])

  private let look: Look
  private var servers: [ServerGreeting] = []
  private var list = ListViewport()
  private var size = Size.zero
  private var now = Moment(time: Timestamp(nanoseconds: 0))
  /// What was chosen; nil as long as nothing is, or if the user does not want any.
  package private(set) var choice: ServerGreeting?

  package init(_ servers: [ServerGreeting], look: Look = Look()) {
    self.look = look
    show(servers)
  }

  package var showsSeconds: Bool { true }

  package mutating func update(_ event: ScreenEvent<[ServerGreeting]>) -> [Effect<Request>] {
    switch event {
    case .input(.key(let key)): return press(key)
    case .news(let servers): show(servers)
    case .tick(let moment): now = moment
    case .resize(let size):
      self.size = size
      list.resize(rows: listRect.size.rows)
    case .terminate: return [.quit]
    case .input, .turn, .file, .edited, .notRemembered: break
    }
    return []
  }

  private mutating func press(_ key: Key) -> [Effect<Request>] {
    switch ChooserModel.keys.action(for: key) {
    case .up: list.move(by: -1)
    case .down: list.move(by: 1)
    case .pageUp: list.pageUp()
    case .pageDown: list.pageDown()
    case .top: list.top()
    case .bottom: list.bottom()
    case .choose:
      guard let place = list.selection else { break }
      choice = servers[Int(place)]
      return [.quit]
    case .find: return [.request(.find)]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    case nil: break
    }
    return []
  }

  /// Shows other servers, or the same ones later; the selected one stays selected.
  private mutating func show(_ servers: [ServerGreeting]) {
    let selected = list.selection.map { self.servers[Int($0)].process }
    self.servers = servers
    list = ListViewport(count: servers.count, rows: list.rows)
    list.jump(to: UInt64(servers.firstIndex { $0.process == selected } ?? 0))
  }
}

extension ChooserModel {
  /// Where the list stands: between the title with the columns' names, and the hints, as far as there is room for those.
  private var listRect: Rect {
    var rect = Rect(size: size)
    if size.rows > 1 { _ = rect.takeTop(size.rows > 4 ? 2 : 1) }
    if size.rows > 3 { _ = rect.takeBottom(1) }
    return rect
  }

  package func view() -> Surface {
    var surface = Surface(size: size)
    let columns = ChooserColumns(width: size.columns, name: servers.map { Surface.columns(of: $0.name) }.max() ?? 0)
    if size.rows > 1 { drawTitle(on: &surface) }
    if size.rows > 4 { drawHeader(columns, on: &surface) }
    let rect = listRect
    for (line, place) in list.visible.enumerated() {
      draw(servers[Int(place)], columns, at: rect.minRow + line, isSelected: place == list.selection, on: &surface)
    }
    if servers.isEmpty, !rect.isEmpty {
      surface.draw(" no echo_server runs here any more", column: 0, row: rect.minRow, style: look.theme[.muted])
    }
    if size.rows > 3 {
      Hints.draw(
        ChooserModel.keys.hints,
        Rect(column: 0, row: size.rows - 1, columns: size.columns, rows: 1),
        look,
        on: &surface
      )
    }
    return surface
  }

  private func drawTitle(on surface: inout Surface) {
    let rect = Rect(column: 0, row: 0, columns: size.columns, rows: 1)
    surface.fill(rect, style: look.theme[.titleBar])
    var fields = BarFields(columns: size.columns)
    fields.add("echo_monitor", rank: 1)
    fields.add("\(Figures.quantity(UInt64(servers.count), "server"))", rank: 0)
    fields.add("which one is to be watched?", rank: 2)
    surface.draw(fields, rect, style: look.theme[.titleBar])
  }

  private func drawHeader(_ columns: ChooserColumns, on surface: inout Surface) {
    let style = look.theme[.muted]
    var row = ListRow(1, 1, limit: size.columns)
    row.left("name", columns.name, style, on: &surface)
    row.right("msg", columns.messages, style, on: &surface)
    row.right("up", columns.uptime, style, on: &surface)
    row.right("pid", columns.process, style, on: &surface)
    row.left("listens on", columns.place, style, on: &surface)
  }

  private func draw(
    _ server: ServerGreeting,
    _ columns: ChooserColumns,
    at line: Int,
    isSelected: Bool,
    on surface: inout Surface
  ) {
    func style(_ role: Role) -> Style { look.theme[role, selected: isSelected] }
    surface.fill(Rect(column: 0, row: line, columns: size.columns, rows: 1), style: style(.text))
    if isSelected { surface.draw(">", column: 0, row: line, style: style(.text)) }
    var row = ListRow(line, 1, limit: size.columns)
    let uptime = Figures.elapsed(nanoseconds: max(0, now.time.nanoseconds - server.started.nanoseconds))
    row.left(server.name, columns.name, style(.text), on: &surface)
    row.right(server.messageCount.map(Figures.grouped) ?? "", columns.messages, style(.text), on: &surface)
    row.right(uptime, columns.uptime, style(.muted), on: &surface)
    row.right("\(server.process)", columns.process, style(.muted), on: &surface)
    row.left(server.endpointText, columns.place, style(.text), on: &surface)
  }
}

/// The columns of the list of servers at a width: what is the least missed goes first.
private struct ChooserColumns {
  var name: Int
  /// 0 leaves a column out.
  var messages = 11
  var uptime = 9
  var process = 7
  var place = 0

  /// An address of IPv4 with both its transports.
  private static let leastPlace = 23

  init(width: Int, name: Int) {
    self.name = min(max(4, name), max(4, width / 4))
    let folds: [(inout ChooserColumns) -> Void] = [{ $0.process = 0 }, { $0.uptime = 0 }, { $0.messages = 0 }]
    for fold in folds where width - fixed < ChooserColumns.leastPlace { fold(&self) }
    place = max(0, width - fixed)
  }

  private var fixed: Int { 2 + [name, messages, uptime, process].map { $0 == 0 ? 0 : $0 + 1 }.reduce(0, +) }
}
