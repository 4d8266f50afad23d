import Screen

/// Where the parts of the server's screen are: what folds away as the screen shrinks, and in which order.
struct ServerLayout: Hashable {
  static let sidePaneColumns = 110
  static let uptimeColumns = 60
  /// Below this there is one row of counters, and the list if there is a row for it.
  static let smallest = Size(columns: 20, rows: 4)

  var title = Rect(size: .zero)
  var rates: Rect?
  var header: Rect?
  var list = Rect(size: .zero)
  var side: Rect?
  var status: Rect?
  var hints: Rect?

  init(size: Size) {
    var rest = Rect(size: size)
    title = rest.takeTop(1)
    guard size.columns >= ServerLayout.smallest.columns, size.rows >= ServerLayout.smallest.rows else {
      list = rest
      return
    }
    if size.rows >= 20 { hints = rest.takeBottom(1) }
    status = rest.takeBottom(1)
    if size.rows >= 16, size.columns >= 60 { rates = rest.takeTop(1) }
    if size.rows >= 8 { header = rest.takeTop(1) }
    if size.columns >= ServerLayout.sidePaneColumns {
      // The pane stands beside the list and its header.
      if let line = header { rest = Rect(column: 0, row: line.minRow, columns: size.columns, rows: rest.size.rows + 1) }
      side = rest.takeRight(40)
      if header != nil { header = rest.takeTop(1) }
    }
    list = rest
  }
}

/// The columns of the list at a width: preview first gives way, then what is the least missed.
struct ServerColumns: Hashable {
  var sequence: Int
  var clock = Figures.ClockDetail.milliseconds
  var peer = 21
  /// Only the port of the peer is shown.
  var isPortOnly = false
  var transport = 4
  var bytes = 7
  /// 0 leaves the column out.
  var reply = 5
  var preview = 0

  /// The least room for a preview before something else gives way.
  private static let leastPreview = 16
  /// The least room for a preview at all, on the narrowest screens.
  private static let leastWords = 5

  /// `last` is the greatest number to be shown.
  init(width: Int, last: UInt64) {
    sequence = max(5, String(last).utf8.count)
    let folds: [(inout ServerColumns) -> Void] = [
      { $0.reply = 0 },
      { $0.clock = .seconds },
      {
        $0.peer = 6
        $0.isPortOnly = true
      },
      { $0.clock = .minutes },
      { $0.transport = 0 },
    ]
    for fold in folds where width - fixed < ServerColumns.leastPreview { fold(&self) }
    // What was said is worth more than who said it, and when.
    if width - fixed < ServerColumns.leastWords { peer = 0 }
    if width - fixed < ServerColumns.leastWords { sequence = 0 }
    preview = max(0, width - fixed)
  }

  /// Everything but the preview, with a blank after each column and one at the left.
  private var fixed: Int {
    let columns = [sequence, clock.columns, peer, transport, bytes, reply]
    return 1 + columns.map { $0 == 0 ? 0 : $0 + 1 }.reduce(0, +)
  }
}
