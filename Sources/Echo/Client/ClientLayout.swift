import Screen

/// Where the parts of the client's screen are: what folds away as the screen shrinks, and in which order.
struct ClientLayout: Hashable {
  static let sidePaneColumns = 110
  static let elapsedColumns = 50
  static let smallest = Size(columns: 20, rows: 4)
  /// Rows below which the detail covers the log instead of standing under it.
  static let detailRows = 16
  /// Rows of the screen, and of the log, from which on the newest rows get a window of their own.
  static let splitRows = 24
  static let leastSplitRows = 10

  var title: Rect?
  var list = Rect(size: .zero)
  var detail: Rect?
  /// Below the list: a rule, and the newest rows while the list is scrolled up.
  var tailRule: Rect?
  var tail: Rect?
  var side: Rect?
  var counters: Rect?
  var status: Rect?
  var input = Rect(size: .zero)
  var hints: Rect?

  /// Whether the detail covers the log.
  private(set) var isDetailAlone = false

  /// `lines` is the input's number of lines: it grows up to a third of the height.
  init(size: Size, lines: Int, isDetailOpen: Bool = false, isSplit: Bool = false) {
    var rest = Rect(size: size)
    guard size.columns >= ClientLayout.smallest.columns, size.rows >= ClientLayout.smallest.rows else {
      input = rest.takeBottom(1)
      if !rest.isEmpty { counters = rest.takeTop(1) }
      list = rest
      return
    }
    title = rest.takeTop(1)
    if size.rows >= 20 { hints = rest.takeBottom(1) }
    input = rest.takeBottom(min(max(1, lines), max(1, size.rows / 3)))
    if !rest.isEmpty { status = rest.takeBottom(1) }
    if size.rows >= 16, size.columns >= 60 { counters = rest.takeBottom(1) }
    if size.columns >= ClientLayout.sidePaneColumns { side = rest.takeRight(40) }
    if isDetailOpen {
      isDetailAlone = size.rows < ClientLayout.detailRows
      detail = isDetailAlone ? rest : rest.takeBottom(max(6, rest.size.rows * 2 / 5))
    }
    if isSplit, size.rows >= ClientLayout.splitRows, rest.size.rows >= ClientLayout.leastSplitRows {
      tail = rest.takeBottom(rest.size.rows / 4)
      tailRule = rest.takeBottom(1)
    }
    list = rest
  }
}

/// The columns of the log at a width: the text gives way first, then what is the least missed.
struct ClientColumns: Hashable {
  /// nil leaves the column out.
  var clock: Figures.ClockDetail? = .milliseconds
  let sign = 5
  /// 0 leaves the column out, here and below.
  var bytes = 6
  var roundTrip = 7
  var text = 0

  private static let leastText = 20

  init(width: Int) {
    let folds: [(inout ClientColumns) -> Void] = [
      { $0.roundTrip = 0 },
      { $0.clock = .seconds },
      { $0.clock = .minutes },
      { $0.clock = nil },
      { $0.bytes = 0 },
    ]
    for fold in folds {
      if width - fixed >= ClientColumns.leastText { break }
      fold(&self)
    }
    text = max(0, width - fixed)
  }

  private var fixed: Int {
    1 + [clock?.columns ?? 0, sign, bytes, roundTrip].map { $0 == 0 ? 0 : $0 + 1 }.reduce(0, +)
  }
}
