/// A regular expression over bytes whose cost is linear in them, whatever they are: it never backtracks.
///
/// `.` and classes take one Unicode scalar, or one byte that is not UTF-8. `^` and `$` are the ends of the bytes. Of the
/// matches that begin first, the longest is found. A pattern's size is bounded, with its repetitions written out.
struct BytePattern: Sendable {
  /// Immutable and shared, for a pattern is copied wherever a filter's tree is walked.
  private final class Compiled: Sendable {
    let source: String
    let ignoresCase: Bool
    let automaton: PatternAutomaton
    let table: PatternTable

    init(_ source: String, ignoresCase: Bool, maximumStates: Int) throws(PatternError) {
      self.source = source
      self.ignoresCase = ignoresCase
      automaton = PatternAutomaton(try PatternParser.parse(source, ignoresCase: ignoresCase))
      table = PatternTable(automaton, maximumStates: maximumStates)
    }
  }

  private let compiled: Compiled

  /// `ignoresCase` is as if the pattern began with `(?i)`: ASCII letters match in either case.
  init(_ source: String, ignoresCase: Bool = false) throws(PatternError) {
    try self.init(source, ignoresCase: ignoresCase, maximumStates: PatternTable.maximumStates)
  }

  init(_ source: String, ignoresCase: Bool = false, maximumStates: Int) throws(PatternError) {
    compiled = try Compiled(source, ignoresCase: ignoresCase, maximumStates: maximumStates)
  }

  var source: String { compiled.source }
  var ignoresCase: Bool { compiled.ignoresCase }

  /// Where a search in some bytes stands, which goes on in the same bytes.
  struct Search: Sendable {
    fileprivate var table: PatternTable.Search
    fileprivate var threads: PatternThreads?
  }

  /// A search that begins at `start`, a border between scalars.
  func search(from start: Int = 0) -> Search { Search(table: test(from: start)) }

  /// The same, for whether there is a match.
  func test(from start: Int = 0) -> PatternTable.Search { compiled.table.search(from: start) }

  /// Whether there is a match; nil when the budget was spent before that was known.
  func matches(
    _ bytes: UnsafeRawBufferPointer,
    _ test: inout PatternTable.Search,
    _ budget: inout WorkBudget
  ) -> Bool? {
    compiled.table.advance(&test, in: bytes, &budget).isFound
  }

  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var test = test()
    var budget = WorkBudget.unlimited
    return matches(bytes, &test, &budget) ?? false
  }

  /// The leftmost match that begins where the search began or after it and, if given, before `limit`; the longest of
  /// these. It looks for its end in `reach` bytes only, so that many searches in the same bytes stay linear.
  func firstMatch(
    in bytes: UnsafeRawBufferPointer,
    _ search: inout Search,
    before limit: Int = .max,
    reach: Int = .max,
    _ budget: inout WorkBudget
  ) -> SearchOutcome<Range<Int>> {
    if search.threads == nil {
      switch compiled.table.advance(&search.table, in: bytes, before: limit, reach: reach, &budget) {
      case .found:
        search.threads = PatternThreads(compiled.automaton, in: bytes, from: search.table.quietEnd, &budget)
      case .missing: return .missing
      case .paused: return .paused
      }
    }
    // The only reference is the local one, so that nothing is copied.
    guard var threads = search.threads.take() else { return .missing }
    let outcome = threads.advance(in: bytes, reach: reach, &budget)
    switch outcome {
    case .found(let match): return match.lowerBound < limit ? .found(match) : .missing
    case .missing: return .missing
    case .paused:
      search.threads = threads
      return .paused
    }
  }

  /// The same, to its end, for a search that begins at `start`.
  func firstMatch(
    in bytes: UnsafeRawBufferPointer,
    from start: Int = 0,
    before limit: Int = .max,
    reach: Int = .max
  ) -> Range<Int>? {
    guard start <= bytes.count, start < limit else { return nil }
    var search = search(from: start)
    var budget = WorkBudget.unlimited
    guard case .found(let match) = firstMatch(in: bytes, &search, before: limit, reach: reach, &budget) else {
      return nil
    }
    return match
  }
}

extension BytePattern: Hashable {
  static func == (left: BytePattern, right: BytePattern) -> Bool {
    left.source.utf8.elementsEqual(right.source.utf8) && left.ignoresCase == right.ignoresCase
  }

  func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
