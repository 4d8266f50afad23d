import Foundation
import Screen
import TestKit
import Testing

struct HostileCase: Codable, Sendable, CustomTestStringConvertible {
  let name: String
  let group: String
  let hexadecimal: String
  let why: String

  enum CodingKeys: String, CodingKey {
    case name, group, why
    case hexadecimal = "bytes_hex"
  }

  var testDescription: String { name }

  var bytes: [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
  }

  static let all: [HostileCase] = {
    let url = Bundle.module.url(forResource: "hostile", withExtension: "json")!
    return try! JSONDecoder().decode([HostileCase].self, from: Data(contentsOf: url))
  }()
}

/// What the pieces of `bytes` come to, put together, and their columns.
func pieced(_ bytes: [UInt8], atMost limit: Int = .max) -> (text: [UInt8], columns: Int) {
  bytes.withUnsafeBytes { raw in
    var pieces = Printable.Pieces(raw)
    var text: [UInt8] = []
    var columns = 0
    while let piece = pieces.next(atMost: limit) {
      #expect(piece.columns > 0)
      if let escape = piece.escape { escape.append(to: &text) } else { text += raw[piece.range] }
      columns += piece.columns
    }
    return (text, columns)
  }
}

@Suite("Printable")
struct PrintableTests {
  @Test("the hostile corpus becomes visible text and comes back whole", arguments: HostileCase.all)
  func hostile(_ hostile: HostileCase) {
    let bytes = hostile.bytes
    let text = Printable.text(bytes)
    #expect(VisibleText.complaint(about: text) == nil)
    #expect(Printable.bytes(of: text) == bytes)
    #expect(pieced(bytes).text == Array(text.utf8))
    #expect(pieced(bytes, atMost: 3).text == Array(text.utf8))
  }

  @Test("a long text is its parts in their order, however escapes and text take turns", arguments: 1...40)
  func longTexts(step: Int) {
    let escapes: [[UInt8]] = [[0xFF], [0x00], [0x5C], Array("\u{202E}".utf8), Array("\u{10FFFD}".utf8)]
    var bytes: [UInt8] = []
    var expected = ""
    for index in 0..<400 {
      let escape = escapes[index % escapes.count]
      let text = Array(String(repeating: "aé日", count: index * step % 37).utf8)
      bytes += escape + text
      expected += Printable.text(escape) + Printable.text(text)
    }
    #expect(Printable.text(bytes) == expected)
    #expect(Printable.bytes(of: expected) == bytes)
    #expect(bytes.withUnsafeBytes { Printable.columns(of: $0) } == pieced(bytes).columns)
  }

  @Test("the corpus is the whole one")
  func corpusSize() {
    #expect(HostileCase.all.count == 241)
  }

  @Test(
    "each kind of escape",
    arguments: [
      ([0x0A, 0x0D, 0x09, 0x1B, 0x00], #"\n\r\t\e\0"#),
      ([0x07, 0x7F], #"\x07\x7f"#),
      (Array(#"a\b"#.utf8), #"a\\b"#),
      ([0xC2, 0x85, 0x85], #"\u{85}\x85"#),
      ([0xE2, 0x1B, 0x5B], #"\xe2\e["#),
      ([0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xC0, 0xAF], #"\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf"#),
      ([0xE0, 0x80, 0x80, 0xF0, 0x9F, 0x98], #"\xe0\x80\x80\xf0\x9f\x98"#),
      (Array("a\u{202E}b\u{A0}c\u{FEFF}".utf8), #"a\u{202e}b\u{a0}c\u{feff}"#),
      (Array("\u{10FFFD}\u{E000}\u{2028}\u{3000}".utf8), #"\u{10fffd}\u{e000}\u{2028}\u{3000}"#),
      (Array("日本語 é ∑ 😀".utf8), "日本語 é ∑ 😀"),
    ] as [([UInt8], String)]
  )
  func escapes(bytes: [UInt8], text: String) {
    #expect(Printable.text(bytes) == text)
  }

  @Test("at most three marks on a narrow base, none leading, none on a wide base or an escape")
  func marks() {
    let acute = "\u{301}"
    #expect(Printable.text(("e" + acute).utf8).unicodeScalars.count == 2)
    #expect(Printable.text((acute + "e").utf8) == #"\u{301}e"#)
    #expect(Printable.text(("e" + acute + acute + acute).utf8).unicodeScalars.count == 4)
    #expect(
      Array(Printable.text(("e" + acute + acute + acute + acute + acute).utf8).unicodeScalars.dropFirst(4))
        == Array(#"\u{301}\u{301}"#.unicodeScalars)
    )
    #expect(Printable.text(("日" + acute).utf8) == #"日\u{301}"#)
    #expect(Printable.text(("\n" + acute).utf8) == #"\n\u{301}"#)
    #expect(Printable.text("👍🏿🏿".utf8) == #"👍\u{1f3ff}🏿"#)
    #expect(Printable.text("👨‍👩".utf8) == #"👨\u{200d}👩"#)
  }

  @Test("every byte alone")
  func everyByte() {
    for byte in UInt8.min...UInt8.max {
      let text = Printable.text([byte])
      #expect(VisibleText.complaint(about: text) == nil)
      #expect(Printable.bytes(of: text) == [byte])
    }
  }

  @Test("every scalar of every plane, alone and after a base")
  func everyScalar() {
    var wrong: [String] = []
    for value in (0 as UInt32)...0x10FFFF {
      // The planes without a single assigned scalar are sampled.
      if value > 0x33FFF, value < 0xE0000 || value > 0xE0FFF, value & 0xFF != 0xFD { continue }
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = [UInt8(ascii: "a")] + Array(String(scalar).utf8)
      let text = Printable.text(bytes)
      if let complaint = VisibleText.complaint(about: text) { wrong.append(complaint) }
      if Printable.bytes(of: text) != bytes { wrong.append("U+\(String(value, radix: 16)) does not come back") }
      if value < 0x20000, let complaint = VisibleText.complaint(about: Printable.text(bytes.dropFirst())) {
        wrong.append(complaint)
      }
    }
    #expect(wrong == [])
  }

  @Test("random bytes come back, and the pieces agree with the text", arguments: 0..<8 as Range<UInt64>)
  func randomBytes(seed: UInt64) {
    var random = TestRandom(seed: seed)
    let scalars: [Unicode.Scalar] = [
      "a", "\\", "\u{301}", "日", "\u{200D}", "😀", "\u{1F3FF}", "\n", "\u{903}", " ", "{", "u",
    ]
    for _ in 0..<300 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.append(UInt8.random(in: 0...255, using: &random))
        case 1: bytes += Array("clean text, a run"[...].utf8).prefix(Int.random(in: 0...17, using: &random))
        default: bytes += Array(String(scalars.randomElement(using: &random)!).utf8)
        }
      }
      let text = Printable.text(bytes)
      #expect(VisibleText.complaint(about: text) == nil)
      #expect(Printable.bytes(of: text) == bytes)
      let whole = pieced(bytes)
      let narrow = pieced(bytes, atMost: Int.random(in: 1...9, using: &random))
      #expect(whole.text == Array(text.utf8))
      #expect(narrow.text == whole.text && narrow.columns == whole.columns)
      #expect(bytes.withUnsafeBytes { Printable.columns(of: $0) } == whole.columns)
      #expect(text.unicodeScalars.reduce(0) { $0 + ScalarWidth.columns(of: $1)! } == whole.columns)
    }
  }

  @Test(
    "what is no escape is refused",
    arguments: [#"\"#, #"\q"#, #"\x1"#, #"\xg0"#, #"\u41"#, #"\u{}"#, #"\u{d800}"#, #"\u{1234567}"#]
  )
  func badEscapes(text: String) {
    #expect(Printable.bytes(of: text) == nil)
  }

  @Test("counting columns stops at the limit")
  func columnsUpTo() {
    let bytes = Array(repeating: UInt8(ascii: "x"), count: 1000)
    let counted = bytes.withUnsafeBytes { Printable.columns(of: $0, upTo: 80) }
    #expect(counted == 81)
  }

  @Test("a long message is read no further than what is shown")
  func readsOnlyWhatIsShown() {
    let bytes = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
    bytes.withUnsafeBytes { raw in
      var pieces = Printable.Pieces(raw)
      _ = pieces.next(atMost: 80)
      #expect(pieces.index == 80)
    }
  }
}

@Suite("Scalar width")
struct ScalarWidthTests {
  @Test(
    "widths",
    arguments: [
      ("a", 1), ("\u{300}", 0), ("日", 2), ("😀", 2), ("\u{7F}", nil), ("\u{378}", nil), ("ｱ", 1), ("Ａ", 2), ("█", 1),
      ("\u{10FFFF}", nil), ("\u{0}", 0),
    ] as [(Unicode.Scalar, Int?)]
  )
  func widths(scalar: Unicode.Scalar, columns: Int?) {
    #expect(ScalarWidth.columns(of: scalar) == columns)
  }

  // MARK: Oddities

  private func oddities(_ bytes: [UInt8]) -> Oddities { bytes.withUnsafeBytes { Printable.oddities(of: $0) } }

  @Test("what is odd in a text is counted by kind")
  func countsOddities() {
    var expected = Oddities()
    #expect(oddities([]) == expected && oddities(Array("plain \\ text\t\r\n, 日本語 é Я e\u{301} 🙂".utf8)) == expected)
    expected.controls = 4
    #expect(oddities(Array("\u{1B}]0;t\u{7} \u{7F} \u{85}".utf8)) == expected)
    expected.bidirectional = 2
    expected.hidden = 3
    #expect(oddities(Array("\0\u{1}\u{2}\u{3} a\u{202E}b\u{200F}c\u{200B}\u{A0}\u{FE0F}".utf8)) == expected)
    expected = Oddities()
    expected.illFormed = 5
    #expect(oddities([0x41, 0xFF, 0xE2, 0x80, 0x41, 0xC0, 0x80]) == expected)
    #expect(!expected.isEmpty && Oddities().isEmpty)
  }

  @Test("an odd byte is found wherever it stands", arguments: 0..<40)
  func findsOddities(place: Int) {
    for odd in [0x00, 0x08, 0x0B, 0x0C, 0x1B, 0x7F, 0x80, 0xFF] as [UInt8] {
      for filler in [0x41, 0x09, 0x5C] as [UInt8] {
        var bytes = Array(repeating: filler, count: 40)
        #expect(!bytes.withUnsafeBytes(Printable.isHostile))
        #expect(bytes.withUnsafeBytes { Printable.plainEnd(of: $0, from: place) } == 40)
        bytes[place] = odd
        #expect(bytes.withUnsafeBytes(Printable.isHostile))
        #expect(bytes.withUnsafeBytes { Printable.plainEnd(of: $0, from: 0) } == place)
      }
    }
  }

  @Test("the standard library's Unicode data finds the same oddities in the corpus", arguments: HostileCase.all)
  func corpusOddities(_ hostile: HostileCase) {
    let found = oddities(hostile.bytes)
    #expect(hostile.bytes.withUnsafeBytes(Printable.isHostile) == !found.isEmpty)
    guard let text = String(validating: hostile.bytes, as: UTF8.self) else {
      #expect(found.illFormed > 0)
      return
    }
    let controls = text.unicodeScalars.filter {
      $0.properties.generalCategory == .control && $0 != "\t" && $0 != "\n" && $0 != "\r"
    }
    #expect(found.illFormed == 0 && found.controls == controls.count)
    #expect(found.bidirectional == text.unicodeScalars.count { $0.properties.isBidiControl })
  }
}
