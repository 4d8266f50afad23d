import Screen

/// The columns of the list at a width: preview first gives way, then what is the least missed.
struct ServerColumns: Hashable {
  /// The message's number; its sign stands after it.
  var sequence: Int
  var clock = Figures.ClockDetail.milliseconds
  /// 0 leaves a column out.
  var delta = 0
  var peer = 21
  /// Only the port of the peer is shown.
  var isPortOnly = false
  var transport = 4
  var bytes = 7
  var reply = ServerColumns.replyWithTime
  var preview = 0

  static let replyWithTime = 7
  private static let replyAlone = 5
  /// The least room for a preview before something else gives way.
  private static let leastPreview = 16
  /// The least room for a preview at all, on the narrowest screens.
  private static let leastWords = 5

  /// `last` is the greatest number to be shown.
  init(width: Int, last: UInt64, hasDelta: Bool = false) {
    sequence = max(5, String(last).utf8.count)
    if hasDelta { delta = 8 }
    let folds: [(inout ServerColumns) -> Void] = [
      { $0.delta = 0 },
      { $0.reply = ServerColumns.replyAlone },
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
    let columns = [sequence == 0 ? 0 : sequence + 1, clock.columns, delta, peer, transport, bytes, reply]
    return 1 + columns.map { $0 == 0 ? 0 : $0 + 1 }.reduce(0, +)
  }
}
