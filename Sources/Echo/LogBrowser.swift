import Screen
import Wire

/// A reader's way through a log: where they are in it, what they filter by and look for, the row they look into, and the
/// rows they keep. Filters, searches and files are worked off in slices, so that none of them keeps a key waiting.
struct LogBrowser<Log: StretchedLog>: Sendable {
  let framing: Framing
  private var listed: ListedLog<Log>
  var list: RowList
  var detail = DetailPane()
  private(set) var isDetailOpen = false
  /// The last search, for the next match and for the highlight.
  private(set) var pattern: SearchPattern? { didSet { hasOtherPattern = true } }
  private var hasOtherPattern = false
  /// What became of rows has changed, and with it what the filter lets through.
  private var hasOtherFates = false
  private var seenChangeCount: UInt64 = 0
  /// The search's matches in the row of the detail, as far as they are found.
  private var matchList: MatchList?
  /// Which of them was gone to last.
  private var matchPlace = 0
  /// The row of the detail was come to from below: its last match is the first one to see.
  private var seeksLastMatch = false
  /// What news and keys may cost until the next turn of the loop: many may come in one.
  private var allowance = WorkBudget.slice
  private(set) var finder: Finder?
  var marks: Set<UInt64> = []
  var save: SaveJob<Log>?
  /// Messages that become a command line for the clipboard.
  var copying: CommandLineJob<Log>?
  /// What the last key led to, until the next one.
  var notice: Notice?

  /// `selectsByItself`: a row is selected without being asked for.
  init(_ log: Log, framing: Framing, selectsByItself: Bool = true) {
    listed = ListedLog(log)
    self.framing = framing
    list = RowList(selectsByItself: selectsByItself)
  }

  /// Whether the new rows are counted without the filter, for it has not seen them.
  var countsUnfiltered: Bool { listed.isLeftBehind && filter != nil }

  /// What the list is of.
  var log: Log {
    _read { yield listed.current }
    _modify { yield &listed.current }
  }

  /// The log with all that has come.
  var newest: Log { listed.newest }

  var filter: Filter? { list.filter }
  var viewport: ListViewport { list.viewport }
  /// Rows that the filter lets through, as far as it has looked.
  var matchCount: Int { list.matchCount }
  var isComplete: Bool { list.isComplete(for: log) }
  var isSearching: Bool { finder != nil }
  var newCount: Int { listed.isLeftBehind ? list.passedCount(in: newest) : list.newCount(in: log) }
  var hasPendingWork: Bool {
    !isComplete || hasOtherFates || finder != nil || matchList?.isComplete == false || save?.isReady == true
      || copying != nil
  }

  /// Where the search's matches are in the row of the detail.
  var matches: [Range<Int>] { matchList?.ranges ?? [] }

  /// The log's id of the selected row.
  var selectedID: UInt64? { list.selectedID }

  /// Does a slice of what there is to do; returns what the file is to be given.
  mutating func work() -> [FileRequest] {
    renewAllowance()
    if hasOtherFates, isComplete {
      hasOtherFates = false
      list.refilter(log)
    }
    if !isComplete { list.work(log, framing: framing, &allowance) }
    renewAllowance()
    if finder != nil { search() }
    renewAllowance()
    findMatches()
    return saveSlice()
  }

  /// To be called once a turn of the loop.
  mutating func renewAllowance() { allowance = .slice }

  // The log changes.

  /// Adds to the log.
  mutating func grow(_ change: (inout Log) -> Void) {
    listed.grow(holding: list.heldSight(in: log), change)
    follow()
  }

  /// The log has grown, shrunk, or both.
  mutating func follow() {
    if listed.stay(with: list.heldSight(in: log)) { list.goBack(to: log, framing: framing, &allowance) }
    if log.changeCount != seenChangeCount {
      seenChangeCount = log.changeCount
      if filter?.readsFates == true { hasOtherFates = true }
    }
    list.follow(log, framing: framing, &allowance)
    trimMarks()
  }

  /// To be called after each event: what a reader holds in sight stays there, and at the end comes the newest.
  mutating func keepSight() {
    if listed.keep(list.heldSight(in: log)) { relist() }
  }

  /// The list is of another log.
  private mutating func relist() {
    list.setFilter(filter, log, framing: framing, &allowance)
    trimMarks()
  }

  private mutating func trimMarks() {
    if !marks.isEmpty, log.firstID > 0 { marks = marks.filter { $0 >= log.firstID } }
  }

  mutating func clear() {
    listed.clear()
    list.clear(log)
    marks = []
    finder = nil
  }

  // The reader moves.

  mutating func bottom() { list.bottom(log) }
  mutating func togglePause() { list.togglePause(log) }

  mutating func toggleMark() {
    guard let id = selectedID else { return }
    if marks.remove(id) == nil { marks.insert(id) }
  }

  // Filters and searches. What is wrong with a text is returned.

  mutating func setFilter(_ text: String) -> String? {
    do throws(FilterError) {
      let filter = try Filter.parse(text)
      list.setFilter(filter.description.isEmpty ? nil : filter, log, framing: framing, &allowance)
      return nil
    } catch {
      return "column \(error.column): \(error.reason)"
    }
  }

  /// Who follows asks for what came last, and is looked for upwards; who reads somewhere goes on down from there, unless
  /// `looksUp`.
  mutating func find(_ text: String, looksUp: Bool = false) -> String? {
    guard !text.isEmpty else {
      findAgain(isForward: false)
      return nil
    }
    do throws(FilterError) {
      let pattern = try SearchPattern.parse(text)
      self.pattern = pattern
      finder = Finder(
        .pattern(pattern),
        isForward: !viewport.isFollowing && !looksUp,
        from: searchStart,
        isIncluded: true
      )
      search()
      return nil
    } catch {
      return "column \(error.column): \(error.reason)"
    }
  }

  /// `inDetail`: the matches in the row of the detail come first.
  mutating func findAgain(isForward: Bool, inDetail: Bool = false) {
    guard let pattern else { return notice = Notice("nothing to find yet") }
    if inDetail, isDetailOpen {
      if goToMatch(matchPlace + (isForward ? 1 : -1)) { return }
      seeksLastMatch = !isForward
    }
    find(.pattern(pattern), isForward: isForward)
  }

  mutating func find(_ target: Finder.Target, isForward: Bool) {
    finder = Finder(target, isForward: isForward, from: searchStart, isIncluded: viewport.selection == nil)
    search()
  }

  private mutating func goToMatch(_ place: Int) -> Bool {
    // Where further ones may be found, nothing is passed over.
    guard let list = matchList else { return false }
    guard list.ranges.indices.contains(place) else { return place > 0 && !list.isComplete }
    let ranges = list.ranges
    matchPlace = place
    detail.reveal(ranges[place].lowerBound)
    return true
  }

  /// The id of the row that a search begins at.
  private var searchStart: UInt64? { (viewport.selection ?? viewport.visible.last).map(list.id(of:)) }

  mutating func goTo(_ text: String) -> String? {
    if text.hasSuffix("%"), let percent = Int(text.dropLast()), (0...100).contains(percent), viewport.count > 0 {
      list.jump(to: viewport.first + UInt64(Double(viewport.count - 1) / 100 * Double(percent)))
      return nil
    }
    guard let number = UInt64(text) else { return "goto needs a message's number, or a place as in 50%" }
    if listed.isLeftBehind, !log.holds(message: number), newest.holds(message: number), listed.catchUp() { relist() }
    let start = log.searchStart(ofMessage: number, near: selectedID)
    finder = Finder(.number(number), isForward: true, from: start, isIncluded: true)
    search()
    return nil
  }

  /// Drops the filter if it has not seen everything; false when there is none of that kind.
  mutating func cancelFilter() -> Bool {
    guard !isComplete else { return false }
    list.setFilter(nil, log, framing: framing, &allowance)
    return true
  }

  /// Forgets the search; false when there is none.
  mutating func forgetSearch() -> Bool {
    guard pattern != nil || finder != nil else { return false }
    pattern = nil
    finder = nil
    return true
  }

  /// Does a slice of the search, and goes to what it found.
  private mutating func search() {
    guard var finder else { return }
    switch finder.advance(list, log, &allowance) {
    case .searching: self.finder = finder
    case .found(let row):
      self.finder = nil
      list.jump(to: row)
    case .notFound:
      self.finder = nil
      seeksLastMatch = false
      notice = Notice(
        finder.failureText + (finder.isForward && listed.isLeftBehind ? "; G goes to what came since" : "")
      )
    }
  }

  // The detail.

  /// The row that there is to look into: the selected one, or the last message in sight, or the last row.
  var subjectRow: UInt64? {
    let visible = viewport.visible
    return viewport.selection ?? visible.last(where: { !log.isNotice(list.id(of: $0)) }) ?? visible.last
  }

  /// Opens the detail of that row; false when there is none.
  @discardableResult
  mutating func openDetail() -> Bool {
    guard subjectRow != nil else { return false }
    isDetailOpen = true
    return true
  }

  mutating func closeDetail() { isDetailOpen = false }

  /// Gives the detail its row, where there is one; to be called after whatever may have changed it.
  mutating func showSubject() {
    guard isDetailOpen, let row = subjectRow,
      let subject = log.subject(of: list.id(of: row), before: list.row(before: row).map(list.id(of:)))
    else {
      matchList = nil
      return detail.show(nil)
    }
    let isOther = detail.subject?.id != subject.id
    detail.show(subject)
    if isOther || hasOtherPattern { markMatches() }
  }

  /// Finds what the search is for in the row of the detail.
  private mutating func markMatches() {
    hasOtherPattern = false
    matchList = nil
    matchPlace = 0
    guard let pattern, let subject = detail.subject else { return }
    matchList = subject.bytes.withUnsafeBytes { MatchList(pattern, in: $0, limit: LogBrowser.markLimit) }
    findMatches()
  }

  /// Does a slice of the search in the row of the detail, and goes to the first match it finds.
  private mutating func findMatches() {
    guard var list = matchList.take(), let subject = detail.subject else { return }
    let hadNone = list.ranges.isEmpty
    if !list.isComplete { subject.bytes.withUnsafeBytes { list.advance(in: $0, &allowance) } }
    if seeksLastMatch {
      if list.isComplete, let last = list.ranges.last {
        seeksLastMatch = false
        matchPlace = list.ranges.count - 1
        detail.reveal(last.lowerBound)
      }
    } else if hadNone, let first = list.ranges.first {
      detail.reveal(first.lowerBound)
    }
    matchList = list
  }

  /// Matches that are marked in one row.
  private static var markLimit: Int { 4096 }

  /// What a copy of that row is made of, as the detail shows it.
  mutating func copyText() -> [UInt8] {
    copying = nil
    guard let id = subjectID, let subject = log.subject(of: id, before: nil) else { return [] }
    if detail.subject?.id != subject.id { detail.show(subject) }
    let bytes = detail.copyText()
    guard !bytes.isEmpty else { return [] }
    let copied = Clipboard.fitting(bytes).count
    let amount = "\(copied < bytes.count ? "the first " : "")\(Figures.quantity(UInt64(copied), "byte"))"
    notice = Notice("copied \(amount), if the terminal lets programs copy")
    return bytes
  }
}
