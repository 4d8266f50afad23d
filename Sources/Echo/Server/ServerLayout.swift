import Screen

/// Where the parts of the server's screen are: what folds away as the screen shrinks, and in which order.
struct ServerLayout: Hashable {
  static let sidePaneColumns = 110
  static let sideColumns = 40
  static let uptimeColumns = 60
  static let deltaColumns = 140
  /// Rows below which the detail covers the list instead of standing under it.
  static let splitRows = 16
  /// Below this there is one row of counters, and the list if there is a row for it.
  static let smallest = Size(columns: 20, rows: 4)
  /// Rows of a side pane that the peers need before the statistics stand under them.
  private static let leastPeerRows = 8
  private static let statisticsRows = 20

  var title = Rect(size: .zero)
  var rates: Rect?
  var header: Rect?
  var list = Rect(size: .zero)
  var detail: Rect?
  /// Whether a side pane stands beside the list.
  var side: Rect?
  var peers: Rect?
  var statistics: Rect?
  var status: Rect?
  var hints: Rect?

  /// Where a prompt goes: the lowest row there is for it.
  var prompt: Rect { hints ?? status ?? title }

  /// Whether the detail covers the list.
  private(set) var isDetailAlone = false

  init(size: Size, isDetailOpen: Bool = false, pane: ServerModel.Pane = .list) {
    var rest = Rect(size: size)
    title = rest.takeTop(1)
    guard size.columns >= ServerLayout.smallest.columns, size.rows >= ServerLayout.smallest.rows else {
      list = rest
      return
    }
    if size.rows >= 20 { hints = rest.takeBottom(1) }
    status = rest.takeBottom(1)
    if size.rows >= ServerLayout.splitRows, size.columns >= 60 { rates = rest.takeTop(1) }
    if size.columns >= ServerLayout.sidePaneColumns {
      divideSide(rest.takeRight(ServerLayout.sideColumns), isStatisticsWanted: pane == .statistics)
    } else if pane == .peers || pane == .statistics {
      // The pane covers the list, which keeps its place underneath.
      if pane == .peers { peers = rest } else { statistics = rest }
    }
    isDetailAlone = size.rows < ServerLayout.splitRows
    if isDetailOpen {
      detail = isDetailAlone ? rest : rest.takeBottom(max(6, rest.size.rows * 2 / 5))
    }
    if size.rows >= 8 { header = rest.takeTop(1) }
    list = rest
  }

  private mutating func divideSide(_ rect: Rect, isStatisticsWanted: Bool) {
    side = rect
    var rest = rect
    _ = rest.takeLeft(2)
    if rest.size.rows >= ServerLayout.leastPeerRows + ServerLayout.statisticsRows {
      statistics = rest.takeBottom(ServerLayout.statisticsRows)
      _ = rest.takeBottom(1)
      peers = rest
    } else if isStatisticsWanted {
      statistics = rest
    } else {
      peers = rest
    }
  }
}
