import Screen
import TestKit
import Testing

@testable import Echo

@Suite("JSON in the detail pane")
struct JSONOutlineTests {
  static func isJSON(_ text: String) -> Bool { isJSON(Array(text.utf8)) }

  static func isJSON(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { JSONOutline($0) != nil } }

  @Test(
    "what is JSON",
    arguments: [
      "{}", "[]", " [ ] \n", "[1,-0,0.5,1e9,-1.25E-3]", "{\"a\":null,\"b\":[true,false]}", "[\"\\u00e9\\n\\\"\"]",
      "{\"a\":1}\n{\"a\":2}\n", "[[[[]]]]", "[\"日本 \u{202E}\u{7F}\"]",
    ]
  )
  func accepted(_ text: String) { #expect(JSONOutlineTests.isJSON(text)) }

  @Test(
    "what is not",
    arguments: [
      "", " ", "1", "\"a\"", "null", "{", "[", "}", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
      "{a:1}", "{1:2}", "[01]", "[1.]", "[.5]", "[+1]", "[1e]", "[-]", "[tru]", "[truex]", "[\"a]", "[\"\\x\"]",
      "[\"\\u12g4\"]", "[\"\\u12", "[\"a\nb\"]", "[}", "{]", "[]x", "[1]2", "[\"\\", "{\"a\":1:2}", "{,}", "[:]",
    ]
  )
  func refused(_ text: String) { #expect(!JSONOutlineTests.isJSON(text)) }

  @Test("ill-formed UTF-8 and a depth past the limit are not")
  func limits() {
    #expect(!JSONOutlineTests.isJSON([0x5B, 0x22, 0xFF, 0x22, 0x5D]))
    #expect(!JSONOutlineTests.isJSON([0x5B, 0x22, 0xC3, 0x22, 0x5D]))
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(JSONOutlineTests.isJSON(nested(JSONOutline.depthLimit)))
    #expect(!JSONOutlineTests.isJSON(nested(JSONOutline.depthLimit + 1)))
    #expect(!JSONOutlineTests.isJSON(String(repeating: "[", count: 1 << 20)))
  }

  static func rows(_ text: String, _ columns: Int) -> [String] {
    DetailPaneTests.allRows(DetailPaneTests.pane(Array(text.utf8), columns, 40, .json)).rows
  }

  @Test("values stand on rows of their own, empty ones and what is in order stay together")
  func layout() {
    let text = "{\"z\":1.50,\"a\":[true,{ }, [\n]],\"long\":\"0123456789abcdefghij\\n\"}{\"b\":2}"
    #expect(
      JSONOutlineTests.rows(text, 22) == [
        "{", "  \"z\": 1.50,", "  \"a\": [", "    true,", "    {},", "    []", "  ],", "  \"long\": \"0123456789a",
        "      bcdefghij\\n\"", "}", "{", "  \"b\": 2", "}",
      ]
    )
  }

  /// A value of random shape, with white space that does not matter.
  static func value(_ depth: Int, _ random: inout TestRandom) -> String {
    let space = ["", " ", "\n  ", "\t"].randomElement(using: &random) ?? ""
    let kind = Int.random(in: 0..<(depth > 0 ? 8 : 4), using: &random)
    let count = Int.random(in: 0..<7, using: &random)
    switch kind {
    case 0: return "\(Int.random(in: -1000...100_000, using: &random))"
    case 1: return "\"\(["", "text", "\\\"{[,:", "\u{202E}日本é\\\\", "  "].randomElement(using: &random) ?? "")\""
    case 2: return "-1.5e+10"
    case 3: return "null"
    case 4, 5:
      return "[\(space)\((0..<count).map { _ in value(depth - 1, &random) }.joined(separator: "\(space),"))\(space)]"
    default:
      let members = (0..<count).map { "\"\($0)\"\(space):\(space)\(value(depth - 1, &random))" }
      return "{\(space)\(members.joined(separator: ",\(space)"))\(space)}"
    }
  }

  @Test("nothing is lost, changed or put elsewhere", arguments: 0..<10 as Range<UInt64>)
  func wholeness(seed: UInt64) {
    var random = TestRandom(seed: seed)
    let text = "[\((0..<60).map { _ in JSONOutlineTests.value(4, &random) }.joined(separator: ","))]"
    #expect(JSONOutlineTests.isJSON(text))
    func solid(_ bytes: some Sequence<UInt8>) -> String { String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self) }
    let shown = solid(text.replacing("\u{202E}", with: "\\u{202e}").utf8)
    for columns in [11, 40, 200] {
      #expect(solid(JSONOutlineTests.rows(text, columns).joined().utf8) == shown)
    }
    let copy = DetailPaneTests.pane(Array(text.utf8), 40, 10, .json).copyText(limit: .max)
    #expect(JSONOutlineTests.isJSON(copy))
    #expect(solid(copy) == solid(text.replacing("\u{202E}", with: "\\u202e").utf8))
    #expect(DetailPaneTests.pane(copy, 40, 10, .json).copyText(limit: .max) == copy)
  }

  @Test("random bytes are refused or shown, and never trap", arguments: 0..<10 as Range<UInt64>)
  func noise(seed: UInt64) {
    var random = TestRandom(seed: seed)
    let alphabet = Array("[]{},:\"\\u0e1-.tfn \n".utf8) + [0xC3, 0xA9, 0xFF, 0]
    for _ in 0..<300 {
      let count = Int.random(in: 0..<20, using: &random)
      let bytes = [0x5B] + (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 } + [0x5D]
      let pane = DetailPaneTests.pane(bytes, 20, 10)
      #expect(DetailPaneTests.picture(pane).lines.count == 10)
      #expect(!pane.copyText().isEmpty)
    }
  }
}
