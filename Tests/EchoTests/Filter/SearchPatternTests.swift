import Testing

@testable import Echo

/// What a search looks for.
@Suite struct SearchPatternTests {
  private func ranges(
    _ source: String,
    _ bytes: [UInt8],
    window: Range<Int> = 0..<Int.max,
    limit: Int = 256
  ) throws -> [Range<Int>] {
    let pattern = try SearchPattern.parse(source)
    return bytes.withUnsafeBytes { pattern.ranges(in: $0, window: window, limit: limit) }
  }

  @Test(
    "Text is meant as it is, hex: and slashes say otherwise",
    arguments: [
      ("o w", "Hello World", [4..<7]), ("a|b", "a|b", [0..<3]), ("/usr", "a /usr/bin", [2..<6]),
      ("/usr/bin", "/usr/bin", [0..<8]),
      ("/o+/", "foo o", [1..<3, 4..<5]), ("/O/i", "foo", [1..<2, 2..<3]), ("hex:6f6F", "foo", [1..<3]),
      (#"\e\x07"#, "\u{1B}\u{07}", [0..<2]), ("(x", "(x", [0..<2]), ("//", "a//b", [1..<3]), ("/x*/", "axxb", [1..<3]),
      ("aa", "aaaaa", [0..<2, 2..<4]), ("/é*/", "aéé", [1..<5]),
      ("\u{D4E}\\n", "\u{D4E}\n", [0..<4]), ("/\u{D4E}/", "\u{D4E}", [0..<3]),
    ]
  )
  func kinds(_ source: String, _ text: String, _ expected: [Range<Int>]) throws {
    #expect(try ranges(source, Array(text.utf8)) == expected)
  }

  @Test(
    "A wrong search says where",
    arguments: [("", 1), ("hex:1", 5), (#"a\q"#, 2), ("/a(/", 3), (#"C:\path"#, 3)]
  )
  func errors(_ source: String, _ column: Int) {
    #expect(throws: FilterError.self) { try SearchPattern.parse(source) }
    #expect(#expect(throws: FilterError.self) { try SearchPattern.parse(source) }?.column == column)
  }

  @Test("In a window, matches that reach into it are found, and no others")
  func window() throws {
    let bytes = Array((String(repeating: "x", count: 10_000) + "abc" + String(repeating: "é", count: 10_000)).utf8)
    #expect(try ranges("abc", bytes, window: 10_002..<10_100) == [10_000..<10_003])
    #expect(try ranges("abc", bytes, window: 10_003..<10_100) == [])
    #expect(try ranges("abc", bytes, window: 9000..<10_000) == [])
    #expect(try ranges("abc", bytes, window: 9000..<10_001) == [10_000..<10_003])
    #expect(try ranges("/[a-c]+/", bytes, window: 10_001..<10_002) == [10_000..<10_003])
    #expect(try ranges("/é/", bytes, window: 20_004..<20_007) == [20_003..<20_005, 20_005..<20_007])
    #expect(try ranges("x", bytes, limit: 3) == [0..<1, 1..<2, 2..<3])
    #expect(try ranges("x", bytes, window: 50_000..<50_010) == [])
  }

  @Test("A match that goes on and on is followed a bounded way, and what comes after it is found all the same")
  func reach() throws {
    let count = 100_000
    let bytes = [UInt8](repeating: 0x78, count: count) + Array("end".utf8)
    try bytes.withUnsafeBytes { raw in
      let pieces = try SearchPattern.parse("/x.*/").ranges(in: raw, limit: .max)
      #expect(pieces.first?.lowerBound == 0 && pieces.allSatisfy { $0.count <= 4200 } && pieces.count > 20)
      #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(try SearchPattern.parse("/x(.*!)?/").ranges(in: raw, limit: 3) == [0..<1, 1..<2, 2..<3])
      #expect(try SearchPattern.parse("/x.*end/").ranges(in: raw, window: 0..<100).isEmpty)
      #expect(try SearchPattern.parse("/end$/").ranges(in: raw) == [count..<(count + 3)])
      #expect(try SearchPattern.parse("/x+end$/").ranges(in: raw, window: (count - 10)..<count).count == 1)
      #expect(try SearchPattern.parse("/x+$/").ranges(in: raw, window: 0..<100).isEmpty)
      var place = SearchPlace()
      var budget = WorkBudget.unlimited
      #expect(try SearchPattern.parse("/x.*end/").matches(raw, &place, &budget) == true)
    }
  }
}
