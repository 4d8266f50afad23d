import Screen
import TestKit
import Testing

@testable import Echo

/// Regular expressions over bytes.
@Suite struct BytePatternTests {
  private func match(_ pattern: String, _ bytes: [UInt8], from start: Int = 0) throws -> Range<Int>? {
    let pattern = try BytePattern(pattern)
    return bytes.withUnsafeBytes { bytes in
      let found = pattern.firstMatch(in: bytes, from: start)
      if start == 0 { #expect(pattern.matches(bytes) == (found != nil)) }
      return found
    }
  }

  @Test(
    "A pattern finds the leftmost match, and of these the longest",
    arguments: [
      ("abc", "xxabcabc", 2..<5),
      ("a*b", "xaab", 1..<4),
      ("a|ab|abc", "zabcd", 1..<4),
      ("bc|abcd", "abcd", 0..<4),
      ("a.c", "abc", 0..<3),
      ("[0-9]+", "port 50172!", 5..<10),
      ("[^a-z]", "abcD", 3..<4),
      ("[]x]+", "a]x]", 1..<4),
      ("[a-]+", "b-a-", 1..<4),
      ("a{2}", "aaa", 0..<2),
      ("a{2,}", "baaaa", 1..<5),
      ("a{1,3}", "aaaa", 0..<3),
      ("{a}", "x{a}", 1..<4),
      ("a{,2}", "a{,2}", 0..<5),
      ("(ab|c)+d", "ababcd", 0..<6),
      ("(?:a)(?i)b(c)", "aBC", 0..<3),
      ("(?i:a)b", "Ab", 0..<2),
      ("((?i)a)b", "aB Ab", 3..<5),
      ("(?i)[a-c]+", "xAbC", 1..<4),
      (#"\d\D\w\W\s\S"#, "1ab- x", 0..<6),
      (#"\x41\u{42}\."#, "AB.", 0..<3),
      (#"[\d\-\]]+"#, "a1-]2", 1..<5),
      ("^a", "aa", 0..<1),
      ("a$", "aa", 1..<2),
      ("^$", "", 0..<0),
      ("$", "ab", 2..<2),
      ("", "ab", 0..<0),
      ("a|", "ba", 0..<0),
      ("(a*)*b", "caab", 1..<4),
      ("é+", "aéé", 1..<5),
      (".", "é", 0..<2),
      ("[à-ï]", "zé", 1..<3),
      (#"\xc3\xa9"#, "é", 0..<2),
      ("日.語", "日本語", 0..<9),
      (#"[\xc3\xa9x]+"#, "xé", 0..<3),
    ]
  )
  func matches(_ pattern: String, _ text: String, _ range: Range<Int>) throws {
    #expect(try match(pattern, Array(text.utf8)) == range)
  }

  @Test(
    "What does not match is not found",
    arguments: [
      ("abc", "ab"), ("^b", "ab"), ("a$", "ab"), ("a{3}", "aa"), ("[^a]", "aa"), ("A", "a"), ("^..$", "é"),
      (#"\xc3"#, "é"), ("^$", "a"), ("a$b", "ab"), ("a^b", "ab"),
    ]
  )
  func misses(_ pattern: String, _ text: String) throws {
    #expect(try match(pattern, Array(text.utf8)) == nil)
  }

  @Test(
    "A byte that is not UTF-8 is one symbol, and can be named",
    arguments: [
      ("^.$", [0xFF], 0..<1),
      ("^..$", [0xC3, 0x28], 0..<2),
      (#"\xff"#, [0x61, 0xFF], 1..<2),
      (#"[\x80-\xff]+"#, [0x61, 0xE9, 0x80, 0x62], 1..<3),
      (#"[\x00-\xff]+"#, [0xC3, 0xA9, 0x61, 0xFE], 2..<4),
      (#"[^\xe9]"#, [0xE9, 0xE8], 1..<2),
      (#"\e\0\n\r\t"#, [0x1B, 0, 10, 13, 9], 0..<5),
    ] as [(String, [UInt8], Range<Int>)]
  )
  func illFormed(_ pattern: String, _ bytes: [UInt8], _ range: Range<Int>) throws {
    #expect(try match(pattern, bytes) == range)
  }

  @Test("A search goes on where it is told to, and ^ is only the very start")
  func from() throws {
    #expect(try match("a+", Array("aaxa".utf8), from: 2) == 3..<4)
    #expect(try match("^a", Array("aa".utf8), from: 1) == nil)
    #expect(try match("a*", Array("aab".utf8), from: 2) == 2..<2)
    #expect(try match("a", Array("a".utf8), from: 1) == nil)
    #expect(try match("a", Array("a".utf8), from: 7) == nil)
    let pattern = try BytePattern("a+")
    Array("xxaa".utf8).withUnsafeBytes {
      #expect(pattern.firstMatch(in: $0, before: 2) == nil)
      #expect(pattern.firstMatch(in: $0, before: 3) == 2..<4)
    }
  }

  @Test(
    "A wrong pattern says where it is wrong",
    arguments: [
      ("a(b", 2), ("a)b", 2), ("*a", 1), ("a**", 3), ("a+?", 3), ("[a", 1), ("a[z-a]", 3), (#"\q"#, 1), (#"é\b"#, 2),
      (#"a\x1"#, 2), (#"\u{110000}"#, 1), (#"\u{}"#, 1), (#"a\"#, 2), ("(?<a>b)", 1), ("a{2,1}", 2),
      ("a{1001}", 2), ("(a{100}){100}", 9), ("[a-\\d]", 2), (#"[é-\xff]"#, 2), (#"\1"#, 1), ("(?=a)", 1),
      ("((a{1000}){1000}){1000}", 11),
    ]
  )
  func errors(_ source: String, _ column: Int) {
    let error = #expect(throws: PatternError.self) { try BytePattern(source) }
    #expect(error?.column == column, "\(error?.reason ?? "")")
    #expect(error?.reason.isEmpty == false)
  }

  @Test("Groups nested without end are refused")
  func nesting() {
    #expect(throws: PatternError.self) { try BytePattern(String(repeating: "(", count: 100_000)) }
    #expect(throws: PatternError.self) { try BytePattern(String(repeating: "a", count: 100_000)) }
  }

  /// A random pattern of few letters, so that it often matches.
  private func randomPattern(_ depth: Int, _ random: inout TestRandom) -> String {
    let atoms = ["a", "b", "c", "é", #"\xff"#, ".", "[ab]", "[^a]", #"[^\x80-\xff]"#, "^", "$", #"\w"#, ""]
    guard depth > 0 else { return atoms.randomElement(using: &random) ?? "a" }
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      return "(" + randomPattern(depth - 1, &random) + ")" + ["*", "+", "?", "{2}", "{1,3}"].randomElement(
        using: &random
      )!
    case 1: return "(" + randomPattern(depth - 1, &random) + "|" + randomPattern(depth - 1, &random) + ")"
    case 2: return "(?i:" + randomPattern(depth - 1, &random) + ")"
    case 3: return randomPattern(0, &random)
    default: return randomPattern(depth - 1, &random) + randomPattern(depth - 1, &random)
    }
  }

  private func randomBytes(_ random: inout TestRandom) -> [UInt8] {
    let units: [[UInt8]] = [[0x61], [0x62], [0x63], [0x41], [0xC3, 0xA9], [0xFF], [0xC3], [0x80], [0x0A]]
    return (0..<Int.random(in: 0..<9, using: &random)).flatMap { _ in units.randomElement(using: &random) ?? [] }
  }

  /// The symbols of bytes, and the offset at which each begins, with the end.
  private func symbols(_ bytes: [UInt8]) -> (symbols: [PatternSymbol], offsets: [Int]) {
    bytes.withUnsafeBytes { bytes in
      var symbols: [PatternSymbol] = []
      var offsets = [0]
      while let index = offsets.last, index < bytes.count {
        let unit = Printable.Unit(bytes, at: index)
        symbols.append(PatternSymbol(unit))
        offsets.append(index + unit.length)
      }
      return (symbols, offsets)
    }
  }

  @Test(
    "Every match is the one that trying everything finds, with a whole table, half a one, and none",
    arguments: 1...4 as ClosedRange<UInt64>,
    [PatternTable.maximumStates, 4, 2]
  )
  func oracle(_ seed: UInt64, _ maximumStates: Int) throws {
    var random = TestRandom(seed: seed)
    for _ in 0..<400 {
      let source = randomPattern(4, &random)
      let pattern = try BytePattern(source, maximumStates: maximumStates)
      let syntax = try PatternParser.parse(source, ignoresCase: false)
      for _ in 0..<4 {
        let bytes = randomBytes(&random)
        let (symbols, offsets) = symbols(bytes)
        let start = Int.random(in: 0..<offsets.count, using: &random)
        let expected = PatternOracle(symbols: symbols).firstMatch(syntax, from: start)
        let found = bytes.withUnsafeBytes { pattern.firstMatch(in: $0, from: offsets[start]) }
        #expect(found == expected.map { offsets[$0.lowerBound]..<offsets[$0.upperBound] }, "/\(source)/ in \(bytes)")
      }
    }
  }

  @Test(
    "Patterns that would not end in years by backtracking end",
    arguments: ["(a|aa)+$", "(a*)*b", "(a|aa?)+$", "(a+)+[^ac]", "(.*)(.*)(.*)(.*)x$", "(a{1,9}){1,9}b"]
  )
  func hostile(_ source: String) throws {
    let pattern = try BytePattern(source, maximumStates: 2)
    let bytes = [UInt8](repeating: 0x61, count: 3000) + [0x63]
    bytes.withUnsafeBytes { bytes in
      #expect(!pattern.matches(bytes))
      #expect(
        pattern.firstMatch(in: UnsafeRawBufferPointer(rebasing: bytes[..<3000]))
          == (source.hasSuffix("+$") ? 0..<3000 : nil)
      )
    }
  }

  @Test("Past the bounded table the answer stays right")
  func largeAutomaton() throws {
    // A deterministic automaton of this needs two to the sixteenth states.
    let pattern = try BytePattern("b[ab]{16}c")
    var random = TestRandom(seed: 7)
    for _ in 0..<50 {
      let bytes = (0..<200).map { _ in "aaabbbbbc".utf8.randomElement(using: &random) ?? 0 }
      let expected = (0...(bytes.count - 18)).first { start in
        bytes[start] == 0x62 && bytes[start + 17] == 0x63 && !bytes[start..<(start + 17)].contains(0x63)
      }
      let found = bytes.withUnsafeBytes { pattern.firstMatch(in: $0) }
      #expect(found == expected.map { $0..<($0 + 18) })
    }
  }

  @Test("Random text never traps the parser", arguments: 1...4 as ClosedRange<UInt64>)
  func fuzz(_ seed: UInt64) {
    var random = TestRandom(seed: seed)
    let pieces =
      Array(#"abc(){}[]|*+?.^$\-,0123xuneé"#).map(String.init) + ["(?i)", "(?:", #"\x4"#, #"\u{"#, "{3,", "[^"]
    for _ in 0..<1500 {
      let source = (0..<Int.random(in: 0..<16, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      do {
        let pattern = try BytePattern(source)
        _ = Array("abc(1)é".utf8).withUnsafeBytes { pattern.firstMatch(in: $0) }
      } catch {
        #expect((1...(source.count + 1)).contains(error.column), "\(source)")
      }
    }
  }
}
