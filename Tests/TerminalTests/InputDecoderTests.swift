import Screen
import Testing

@testable import Terminal

@Suite struct InputDecoderTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let bytes: String
    let events: [InputEvent]

    init(_ bytes: String, _ keys: Key...) {
      self.bytes = bytes
      events = keys.map { .key($0) }
    }

    init(_ bytes: String, events: [InputEvent]) {
      self.bytes = bytes
      self.events = events
    }

    var testDescription: String { bytes.debugDescription }
  }

  static let cases: [Case] = [
    Case("aé日😀", .character("a"), .character("é"), .character("日"), .character("😀")),
    Case("e\u{301}", .character("e"), .character("\u{301}")),
    Case("\r\n\t\u{7F}\u{8}", Key(.enter), Key(.enter), Key(.tab), Key(.backspace), Key(.backspace)),
    Case(
      "\u{1}\u{1A}\u{3}\0\u{1C}\u{1F}",
      .control("a"),
      .control("z"),
      .control("c"),
      .control("@"),
      .control("\\"),
      .control("_")
    ),
    Case(
      "\u{1B}b\u{1B}é\u{1B}\r\u{1B}\u{7F}\u{1B}<",
      .meta("b"),
      .meta("é"),
      Key(.enter, .meta),
      Key(.backspace, .meta),
      .meta("<")
    ),
    Case("\u{1B}\u{2}", Key(.character("b"), [.control, .meta])),
    Case("\u{1B}[A\u{1B}OB\u{1B}[1C\u{1B}[D", Key(.up), Key(.down), Key(.right), Key(.left)),
    Case(
      "\u{1B}[H\u{1B}OF\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~",
      Key(.home),
      Key(.end),
      Key(.home),
      Key(.end),
      Key(.home),
      Key(.end)
    ),
    Case("\u{1B}[2~\u{1B}[3~\u{1B}[5~\u{1B}[6~", Key(.insert), Key(.delete), Key(.pageUp), Key(.pageDown)),
    Case(
      "\u{1B}[1;5A\u{1B}[1;3D\u{1B}[1;2F\u{1B}[1;8H",
      Key(.up, .control),
      Key(.left, .meta),
      Key(.end, .shift),
      Key(.home, [.control, .meta, .shift])
    ),
    Case("\u{1B}[3;5~\u{1B}[6;3~\u{1B}[Z", Key(.delete, .control), Key(.pageDown, .meta), Key(.tab, .shift)),
    Case(
      "\u{1B}OP\u{1B}[12~\u{1B}[[C\u{1B}[15~\u{1B}[24~\u{1B}[1;2P\u{1B}O5Q\u{1B}[34~",
      Key(.function(1)),
      Key(.function(2)),
      Key(.function(3)),
      Key(.function(5)),
      Key(.function(12)),
      Key(.function(1), .shift),
      Key(.function(2), .control),
      Key(.function(20))
    ),
    Case("\u{1B}\u{1B}[A\u{1B}\u{1B}OA\u{1B}\u{1B}x", Key(.up, .meta), Key(.up, .meta), Key(.escape), .meta("x")),
    Case(
      "\u{1B}[5^\u{1B}[5$\u{1B}[5@\u{1B}[a\u{1B}Ob",
      Key(.pageUp, .control),
      Key(.pageUp, .shift),
      Key(.pageUp, [.control, .shift]),
      Key(.up, .shift),
      Key(.down, .control)
    ),
    Case(
      "\u{1B}[97;5u\u{1B}[27;6;65~\u{1B}[13;3u\u{1B}[97;2u\u{1B}[97:65;1:1u",
      .control("a"),
      .control("a"),
      Key(.enter, .meta),
      .character("A"),
      .character("a")
    ),
    Case("\u{1B}OM\u{1B}Oj\u{1B}Op", Key(.enter), .character("*"), .character("0")),
    Case("\u{1B}[I\u{1B}[O", events: [.focus(true), .focus(false)]),
    Case(
      "\u{1B}[<0;1;1M\u{1B}[<0;80;24m\u{1B}[<64;5;6M\u{1B}[<65;5;6M\u{1B}[<34;2;3M\u{1B}[<28;2;3M",
      events: [
        .mouse(Mouse(.press, at: Point(column: 0, row: 0))), .mouse(Mouse(.release, at: Point(column: 79, row: 23))),
        .mouse(Mouse(.wheelUp, at: Point(column: 4, row: 5))), .mouse(Mouse(.wheelDown, at: Point(column: 4, row: 5))),
        .mouse(Mouse(.drag, at: Point(column: 1, row: 2))),
        .mouse(Mouse(.press, at: Point(column: 1, row: 2), modifiers: [.shift, .meta, .control])),
      ]
    ),
    Case(
      "\u{1B}[200~two\rlines \u{1B}[A \u{1B}[201\u{1B}[201~x",
      events: [.paste(Array("two\rlines \u{1B}[A \u{1B}[201".utf8)), .key(.character("x"))]
    ),
    Case("\u{1B}[200~\u{1B}[201~", events: [.paste([])]),
    // What terminals answer, and what makes no sense: swallowed whole.
    Case("\u{1B}]11;rgb:0000/0000/0000\u{1B}\\a", .character("a")),
    Case("\u{1B}]0;title\u{7}a\u{1B}P1$r0m\u{1B}\\b\u{1B}_x\u{18}c", .character("a"), .character("b"), .character("c")),
    Case("\u{1B}[?62;1c\u{1B}[24;80R\u{1B}[?2026;2$y\u{1B}[>0;276;0c\u{1B}[8;24;80ta", .character("a")),
    Case("\u{1B}[99~\u{1B}[201~\u{1B}[<35;1;1M\u{1B}[<1;1M\u{1B}[E\u{1B}[1;5E\u{1B}[u\u{1B}[57344ua", .character("a")),
    Case("\u{1B}[M !!a", .character("a")),
    Case("\u{1B}[12\u{18}a\u{1B}[12\u{1B}[A\u{1B}[1\rb", .character("a"), Key(.up), Key(.enter), .character("b")),
    Case("\u{1B}[\(String(repeating: "1;", count: 100))Aa", .character("a")),
    Case("\u{85}a", .character("a")),
    Case("\u{1B}]0;x\u{1B}\u{1B}[A\u{1B}]0;x\u{1B}[B", Key(.up, .meta), Key(.down)),
  ]

  @Test("Bytes become the events they stand for", arguments: cases)
  func table(_ sample: Case) {
    var decoder = InputDecoder()
    #expect(decoder.decode(Array(sample.bytes.utf8)) == sample.events)
    #expect(decoder.pendingTimeout == nil)
  }

  @Test("It makes no difference where the bytes are split", arguments: cases)
  func split(_ sample: Case) {
    let bytes = Array(sample.bytes.utf8)
    for point in 0...bytes.count {
      var decoder = InputDecoder()
      #expect(decoder.decode(bytes[..<point]) + decoder.decode(bytes[point...]) == sample.events, "split at \(point)")
    }
    var decoder = InputDecoder()
    #expect(bytes.flatMap { decoder.decode([$0]) } == sample.events, "byte by byte")
  }

  @Test(
    "Ill-formed UTF-8 is swallowed, and what follows it is not",
    arguments: [
      [0x80], [0xC0, 0xAF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F],
      [0xFF],
      [0x1B, 0x80], [0x1B, 0xC3], [0x1B, 0xFF], [0x1B, 0xC2, 0x85],
    ] as [[UInt8]]
  )
  func illFormed(_ bytes: [UInt8]) {
    var decoder = InputDecoder()
    #expect(decoder.decode(bytes + Array("x".utf8)) == [.key(.character("x"))])
  }

  @Test("A lone ESC is Escape after 25 ms, the beginning of a sequence a Meta key, the middle of one nothing")
  func timeOuts() {
    let cases: [(String, Duration, [InputEvent])] = [
      ("\u{1B}", .milliseconds(25), [.key(Key(.escape))]),
      ("\u{1B}\u{1B}", .milliseconds(25), [.key(Key(.escape)), .key(Key(.escape))]),
      ("\u{1B}[", .milliseconds(25), [.key(.meta("["))]),
      ("\u{1B}O", .milliseconds(25), [.key(.meta("O"))]),
      ("\u{1B}]", .milliseconds(25), [.key(.meta("]"))]),
      ("\u{1B}P", .milliseconds(25), [.key(.meta("P"))]),
      ("\u{1B}[1;", .milliseconds(500), []),
      ("\u{1B}]11;rgb", .milliseconds(500), []),
      ("\u{1B}[M!", .milliseconds(500), []),
    ]
    for (bytes, timeout, events) in cases {
      var decoder = InputDecoder()
      #expect(decoder.decode(Array(bytes.utf8)) == [])
      #expect(decoder.pendingTimeout == timeout, "\(bytes.debugDescription)")
      #expect(decoder.timeOut() == events, "\(bytes.debugDescription)")
      #expect(decoder.pendingTimeout == nil)
      #expect(decoder.decode(Array("x".utf8)) == [.key(.character("x"))])
    }
  }

  @Test("A paste whose end mark is lost ends by itself, with all its bytes")
  func lostPasteEnd() {
    var decoder = InputDecoder()
    #expect(decoder.decode(Array("\u{1B}[200~text\u{1B}[2".utf8)) == [])
    #expect(decoder.pendingTimeout == .seconds(2))
    #expect(decoder.timeOut() == [.paste(Array("text\u{1B}[2".utf8))])
    #expect(decoder.decode(Array("x".utf8)) == [.key(.character("x"))])
  }

  @Test("A paste beyond the bound arrives in parts, no byte lost")
  func bigPaste() {
    let maximum = 10_000
    var decoder = InputDecoder(maximumPaste: maximum)
    let text = (0..<(maximum * 2 + 1000)).map { UInt8(truncatingIfNeeded: $0 / 97) | 0x80 }
    var events = decoder.decode(Array("\u{1B}[200~".utf8))
    for start in stride(from: 0, to: text.count, by: 4096) {
      events += decoder.decode(text[start..<min(start + 4096, text.count)])
    }
    events += decoder.decode(Array("\u{1B}[201~".utf8))
    let parts = events.map { event -> [UInt8] in
      if case .paste(let bytes) = event { bytes } else { [] }
    }
    #expect(parts.count == 3)
    #expect(parts.allSatisfy { $0.count <= maximum })
    #expect(Array(parts.joined()) == text)
  }

  @Test("A paste that ends for want of more is bounded too")
  func bigUnfinishedPaste() {
    var decoder = InputDecoder(maximumPaste: 4)
    #expect(decoder.decode(Array("\u{1B}[200~abc\u{1B}[20".utf8)) == [])
    #expect(decoder.timeOut() == [.paste(Array("abc\u{1B}".utf8)), .paste(Array("[20".utf8))])
  }

  @Test("No bytes trap it, none leave it stuck, and escape sequences never become text", arguments: 0..<20)
  func random(_ seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let pieces = ["\u{1B}", "[", "O", ";", "<", "200~", "201~", "1", "M", "m", "\u{1B}]", "\u{7}", "$", "é", "日", "u"]
      .map { Array($0.utf8) }
    var decoder = InputDecoder()
    for _ in 0..<2000 {
      let bytes = (0..<next(12)).flatMap { _ in next(3) == 0 ? [UInt8(next(256))] : pieces[next(pieces.count)] }
      for case .key(let key) in decoder.decode(bytes) {
        if case .character(let character) = key.code {
          #expect(character.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
        }
      }
      if next(10) == 0 { _ = decoder.timeOut() }
    }
    _ = decoder.timeOut()
    #expect(decoder.pendingTimeout == nil)
    _ = decoder.decode([0x18])
    #expect(decoder.decode(Array("x".utf8)) == [.key(.character("x"))])
  }
}
