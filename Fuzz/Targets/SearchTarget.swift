import Screen

@testable import Echo

/// A search finds what is there, in order and apart, and in a window what the window shows.
enum SearchTarget {
  /// What is looked for up to a NUL, then a window and the bytes.
  static func run(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let source = String(decoding: parts[0], as: UTF8.self)
    let pattern: SearchPattern
    do throws(FilterError) {
      pattern = try SearchPattern.parse(source)
    } catch {
      require((1...source.count + 1).contains(error.column), "column \(error.column) is in the text")
      require(!error.reason.isEmpty, "an error has a reason")
      return
    }
    var input = FuzzInput(parts.count > 1 ? Array(parts[1]) : [])
    let start = input.number(upTo: 80)
    let window = start..<(start + input.number(upTo: 80) + 1)
    let subject = Array(input.rest.prefix(400))
    subject.withUnsafeBytes { raw in
      let whole = pattern.ranges(in: raw, limit: .max)
      check(whole, in: 0..<raw.count, of: raw)
      require(isFound(pattern, in: raw) || whole.isEmpty, "what is found is there")
      require(pattern.ranges(in: raw, limit: 2) == Array(whole.prefix(2)), "a limit takes the first")
      check(pattern.ranges(in: raw, window: window), in: window, of: raw)
      checkText(source, whole, subject)
    }
    checkShown(subject)
  }

  /// The same as without a pause, however often the search is paused.
  private static func isFound(_ pattern: SearchPattern, in raw: UnsafeRawBufferPointer) -> Bool {
    var place = SearchPlace()
    while true {
      var budget = WorkBudget(3)
      if let isFound = pattern.matches(raw, &place, &budget) { return isFound }
    }
  }

  private static func check(_ ranges: [Range<Int>], in window: Range<Int>, of raw: UnsafeRawBufferPointer) {
    var end = 0
    for range in ranges {
      require(range.lowerBound >= end && range.upperBound <= raw.count && !range.isEmpty, "\(ranges) are in order")
      require(range.overlaps(window), "\(range) is seen in \(window)")
      end = range.upperBound
    }
  }

  /// Of a search for text or bytes, all matches that a plain walk finds.
  private static func checkText(_ source: String, _ found: [Range<Int>], _ subject: [UInt8]) {
    let search: ByteSearch
    if source.utf8.starts(with: "hex:".utf8) {
      guard let bytes = FilterParser.bytes(hexadecimal: FilterScanner.characters(of: source)[4...]) else {
        fatalError("no bytes")
      }
      search = ByteSearch(exact: bytes)
    } else {
      guard source.utf8.first != UInt8(ascii: "/"),
        let text = try? EscapedText(FilterScanner.characters(of: source)[...])
      else { return }
      search = ByteSearch(smartCase: text.bytes)
    }
    var end = 0
    var expected: [Range<Int>] = []
    for place in NaiveFilter.places(of: search, in: subject) where place >= end && !search.needle.isEmpty {
      end = place + search.needle.count
      expected.append(place..<end)
    }
    require(found == expected, "\(found) instead of \(expected)")
  }

  /// What the screen shows of bytes can be typed to find them.
  private static func checkShown(_ subject: [UInt8]) {
    let shown = Printable.text(subject)
    guard !shown.isEmpty, !shown.utf8.starts(with: "hex:".utf8), shown.utf8.first != UInt8(ascii: "/") else { return }
    guard let pattern = try? SearchPattern.parse(shown) else { fatalError("\(shown) can't be looked for") }
    require(
      subject.withUnsafeBytes { pattern.ranges(in: $0, limit: 1) } == [0..<subject.count],
      "\(shown) is not found"
    )
  }
}
