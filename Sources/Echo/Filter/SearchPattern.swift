import Screen

/// What a search looks for: text, `hex:` and bytes, or a regular expression between slashes.
struct SearchPattern: Hashable, Sendable {
  private enum Method: Hashable {
    case bytes(ByteSearch)
    case pattern(BytePattern)
  }

  private let method: Method

  /// How far before a window a match of a regular expression may begin and still be found in it, and how far from its begin
  /// its end is looked for: what `.*` takes to the end of a megabyte is not to be followed there for each row of a screen.
  private static let reach = 4096

  /// Reads `hex:1b5b`, `/regex/` or `/regex/i`; anything else is text, in which spaces and slashes are meant as they are,
  /// and the screen's escapes stand for their bytes. Text without an upper-case ASCII letter matches either case.
  static func parse(_ source: String) throws(FilterError) -> SearchPattern {
    do throws(FilterError) {
      return SearchPattern(method: try method(FilterScanner.characters(of: source)))
    } catch {
      throw error.inCharacters(of: source)
    }
  }

  private static func method(_ characters: [Character]) throws(FilterError) -> Method {
    guard !characters.isEmpty else { throw FilterError(column: 1, reason: "here is nothing to look for") }
    if characters.starts(with: "hex:") {
      guard let bytes = FilterParser.bytes(hexadecimal: characters[4...]) else {
        throw FilterError(column: 5, reason: FilterHint.bytes)
      }
      return .bytes(ByteSearch(exact: bytes))
    }
    if let (pattern, ignoresCase) = delimited(characters) {
      do throws(PatternError) {
        return .pattern(try BytePattern(String(pattern), ignoresCase: ignoresCase))
      } catch {
        throw FilterError(column: error.column + 1, reason: error.reason)
      }
    }
    return .bytes(ByteSearch(smartCase: try EscapedText(characters[...]).bytes))
  }

  private static func delimited(_ characters: [Character]) -> (ArraySlice<Character>, ignoresCase: Bool)? {
    var scanner = FilterScanner(String(characters))
    guard characters.first == "/", let (source, ignoresCase) = try? scanner.delimitedPattern(), scanner.peek == nil,
      !source.isEmpty
    else { return nil }
    return (source, ignoresCase)
  }

  /// Whether a row has it; nil when the budget was spent before that was known.
  func matches(_ bytes: UnsafeRawBufferPointer, _ place: inout SearchPlace, _ budget: inout WorkBudget) -> Bool? {
    switch method {
    case .bytes(let search): place.advance(search, in: bytes, &budget).isFound
    case .pattern(let pattern): place.matches(pattern, bytes, &budget)
    }
  }

  /// The first match from `place` on that begins, if given, before `limit`.
  func firstMatch(
    in bytes: UnsafeRawBufferPointer,
    _ place: inout SearchPlace,
    before limit: Int = .max,
    _ budget: inout WorkBudget
  ) -> SearchOutcome<Range<Int>> {
    switch method {
    case .bytes(let search): place.advance(search, in: bytes, before: limit, &budget)
    case .pattern(let pattern):
      place.advance(pattern, in: bytes, before: limit, reach: SearchPattern.reach, &budget)
    }
  }

  /// The matches that can be seen in `window`, in order and apart: at most `limit`, none that is empty, and those alone that
  /// are found before the budget is spent.
  func ranges(
    in bytes: UnsafeRawBufferPointer,
    window: Range<Int> = 0..<Int.max,
    limit: Int = 256,
    budget: WorkBudget = .unlimited
  ) -> [Range<Int>] {
    var list = MatchList(self, in: bytes, window: window, limit: limit)
    var budget = budget
    list.advance(in: bytes, &budget)
    return list.ranges
  }

  /// Where to look from, so that a match that reaches into a window from before it is found.
  func firstStart(before place: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    let reach =
      switch method {
      case .bytes(let search): search.needle.count - 1
      case .pattern: SearchPattern.reach
      }
    var start = max(0, min(place, bytes.count) - reach)
    for _ in 0..<3 where start > 0 && start < bytes.count && bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  /// Where the scalar that begins at `place` ends, or the byte that is not UTF-8; past the end when nothing does.
  static func border(after place: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    guard place < bytes.count else { return bytes.count + 1 }
    return place + Printable.Unit(bytes, at: place).length
  }
}
