import TestKit
import Testing
import Wire

@testable import Echo

/// Matching that is left off when its budget is spent, and gone on with.
@Suite struct PausingTests {
  /// What one call may do beyond its budget: a step of a pattern as large as can be, with every thread there can be.
  private static let excess = 1 << 15

  private static let hostilePatterns = [
    "x.{100}y", "x.{990}y", "(a|b)*a.{60}c", ".{200}q", "(?i)[a-z]{150}!", "(a?){500}q", "(.?){450}!q", "x(.*!)?",
    #"(\w+\s?)+[^\w]{40}"#, "(ab|ax|xx|xa|ba){50}q", "(?i)(" + (0..<100).map { "x\($0)" }.joined(separator: "|") + ")$",
  ]

  private static let hostileBytes: [[UInt8]] = {
    var random = TestRandom(seed: 3)
    let count = 4000
    return [
      Array(repeating: 0x78, count: count), Array(repeating: 0xFF, count: count),
      (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) },
      (0..<count).map { _ in Bool.random(using: &random) ? 0x61 : 0x62 },
      (0..<count).map { _ in Bool.random(using: &random) ? 0x78 : 0x7A },
    ]
  }()

  /// Asks until there is an answer, with a budget of `steps` each time.
  private func ask(_ steps: Int, _ body: (inout WorkBudget) -> Bool?) -> (isMatch: Bool, slices: Int, excess: Int) {
    var (slices, excess) = (0, 0)
    while true {
      var budget = WorkBudget(steps)
      let isMatch = body(&budget)
      slices += 1
      excess = max(excess, -budget.left)
      if let isMatch { return (isMatch, slices, excess) }
      if slices > 10_000_000 {
        Issue.record("it never ends")
        return (false, slices, excess)
      }
    }
  }

  @Test(
    "Paused at every point, a pattern finds what it finds without a pause",
    arguments: [PatternTable.maximumStates, 4, 2]
  )
  func everyPoint(_ maximumStates: Int) throws {
    var random = TestRandom(seed: UInt64(maximumStates))
    let atoms = ["a", "b", "é", #"\xff"#, ".", "[^a]", "^", "$", "(a|b)", "(ab|b)*", "a?", "b{2,3}", ".{3}", "(a|)+"]
    let units: [[UInt8]] = [[0x61], [0x62], [0xC3, 0xA9], [0xFF], [0xC3]]
    for _ in 0..<300 {
      let source = (0..<Int.random(in: 1..<7, using: &random)).map { _ in atoms.randomElement(using: &random) ?? "" }
        .joined()
      let pattern = try BytePattern(source, maximumStates: maximumStates)
      let bytes = (0..<Int.random(in: 0..<14, using: &random)).flatMap { _ in units.randomElement(using: &random) ?? []
      }
      let steps = Int.random(in: 1..<30, using: &random)
      bytes.withUnsafeBytes { bytes in
        let expected = pattern.firstMatch(in: bytes)
        var test = pattern.test()
        let asked = ask(steps) { pattern.matches(bytes, &test, &$0) }
        #expect(asked.isMatch == (expected != nil), "/\(source)/")
        var search = pattern.search()
        var found: Range<Int>?
        _ = ask(steps) { budget in
          let outcome = pattern.firstMatch(in: bytes, &search, &budget)
          if case .found(let match) = outcome { found = match }
          return outcome.isFound
        }
        #expect(found == expected, "/\(source)/ in \(Array(bytes))")
      }
    }
  }

  @Test(
    "The matches of a search are the same, however it is paused",
    arguments: ["/x.{3}y|x/", "/[xy]*/", "/x(.*!)?/", "xyx", "x", "/y$/", "hex:7879"]
  )
  func matchList(_ source: String) throws {
    let pattern = try SearchPattern.parse(source)
    var random = TestRandom(seed: 5)
    let bytes = (0..<300).map { _ in "xxyyyz".utf8.randomElement(using: &random) ?? 0 }
    bytes.withUnsafeBytes { bytes in
      for window in [0..<Int.max, 100..<200] {
        let expected = pattern.ranges(in: bytes, window: window)
        var list = MatchList(pattern, in: bytes, window: window, limit: 256)
        while !list.isComplete {
          #expect(list.ranges == Array(expected.prefix(list.ranges.count)))
          var budget = WorkBudget(7)
          list.advance(in: bytes, &budget)
        }
        #expect(list.ranges == expected)
      }
    }
  }

  private func randomFilter(_ depth: Int, _ random: inout TestRandom) -> String {
    let tests = [
      "ab", "/a.{3}b/", "/^(a|b)*$/", "hex:6162", "hex:07", "is:ctl", "is:bidi|badutf8", "is:error|ctl", "~src 10.0",
      "len>10", "port:5000", "port:1", "text:ba",
    ]
    guard depth > 0 else { return tests.randomElement(using: &random) ?? "a" }
    var parts: [String] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) { parts.append(randomFilter(depth - 1, &random)) }
    let joined = parts.joined(separator: Bool.random(using: &random) ? " " : " | ")
    return (Bool.random(using: &random) ? "!" : "") + "(\(joined))"
  }

  @Test("A filter says the same of a row, however it is paused", arguments: 1...4 as ClosedRange<UInt64>)
  func filters(_ seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    let units: [[UInt8]] = [[0x61], [0x62], [0x07], [0xFF], [0xE2, 0x80, 0xAE], [0x61, 0x62]]
    let peer = Peer(connection: .none, transport: .udp, address: .ipv4(10, 0, 0, 1, port: 5000))
    // One progress for many rows, as a list uses it.
    for _ in 0..<60 {
      let text = randomFilter(2, &random)
      let filter = try Filter.parse(text)
      var progress = FilterProgress()
      for id in 0..<8 as Range<UInt64> {
        let bytes = (0..<Int.random(in: 0..<16, using: &random)).flatMap { _ in
          units.randomElement(using: &random) ?? []
        }
        let steps = Int.random(in: 1..<40, using: &random)
        var record = ServerScript.batch([bytes]).records[0]
        if Bool.random(using: &random) { record.flags.insert(.truncated) }
        bytes.withUnsafeBytes { bytes in
          progress.begin(id)
          let row = FilterRow(record: record, peer: peer, bytes: bytes, framing: .line)
          let asked = ask(steps) { filter.matches(row, &progress, &$0) }
          #expect(asked.isMatch == filter.matches(record, peer, bytes, framing: .line), "\(text)")
        }
      }
    }
  }

  @Test("What a slice costs is bounded, whatever the pattern and the message", arguments: hostilePatterns)
  func boundedWork(_ source: String) throws {
    let pattern = try BytePattern(source)
    let search = try SearchPattern.parse("/\(source)|x/")
    for bytes in PausingTests.hostileBytes {
      bytes.withUnsafeBytes { bytes in
        var test = pattern.test()
        let matching = ask(1 << 14) { pattern.matches(bytes, &test, &$0) }
        #expect(matching.excess <= PausingTests.excess)
        var list = MatchList(search, in: bytes, limit: 200)
        for _ in 0..<50 {
          var budget = WorkBudget(1 << 14)
          list.advance(in: bytes, &budget)
          #expect(-budget.left <= PausingTests.excess)
        }
      }
    }
  }

  @Test("The more a pattern costs a byte, the fewer bytes are in a slice; a repetition costs little")
  func slices() throws {
    let bytes = [UInt8](repeating: 0x78, count: 100_000)
    func slices(_ source: String) throws -> Int {
      let pattern = try BytePattern(source)
      return bytes.withUnsafeBytes { bytes in
        var test = pattern.test()
        return ask(1 << 17) { pattern.matches(bytes, &test, &$0) }.slices
      }
    }
    #expect(try slices("xy") == 2)
    #expect((5...15).contains(try slices("x.{100}y")))
    #expect((30...100).contains(try slices("x.{990}y")))
  }

  @Test("Text that nearly matches everywhere is paused as well")
  func text() {
    let search = ByteSearch(exact: Array(repeating: 0x78, count: 400))
    let bytes = (0..<20_000).map { $0 % 400 == 399 ? UInt8(0x7A) : 0x78 }
    bytes.withUnsafeBytes { bytes in
      var start = 0
      let asked = ask(1 << 14) { search.firstMatch(in: bytes, from: &start, &$0).isFound }
      #expect(!asked.isMatch && asked.slices > 100 && asked.excess <= bytes.count)
    }
  }
}
