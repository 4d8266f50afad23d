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

  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    compiled.table.find(in: bytes, from: 0) != nil
  }

  /// The leftmost match that begins at `start` (a border between scalars) or after it and, if given, before `limit`;
  /// the longest of these. It looks for its end in `reach` bytes only, so that many searches in the same bytes stay linear.
  func firstMatch(
    in bytes: UnsafeRawBufferPointer,
    from start: Int = 0,
    before limit: Int = .max,
    reach: Int = .max
  ) -> Range<Int>? {
    guard start <= bytes.count, start < limit,
      let quietEnd = compiled.table.find(in: bytes, from: start, before: limit, reach: reach)
    else { return nil }
    var threads = PatternThreads(compiled.automaton, bytes, from: quietEnd)
    guard let match = threads.run(reach: reach), match.lowerBound < limit else { return nil }
    return match
  }
}

extension BytePattern: Hashable {
  static func == (left: BytePattern, right: BytePattern) -> Bool {
    left.source.utf8.elementsEqual(right.source.utf8) && left.ignoresCase == right.ignoresCase
  }

  func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
