import Screen
import TestKit
import Testing

@testable import Echo

@Suite("The detail pane")
struct DetailPaneTests {
  static let mock = Array("\u{1B}]0;title\u{7} hostile reply \u{202E}txt".utf8)

  static func subject(_ bytes: [UInt8], id: UInt64 = 1, titles: [String] = ["#1"]) -> DetailSubject {
    DetailSubject(id: id, titleFields: titles, bytes: bytes[...])
  }

  static func pane(_ bytes: [UInt8], _ columns: Int, _ rows: Int, _ mode: DetailPane.Mode? = nil) -> DetailPane {
    var pane = DetailPane(size: Size(columns: columns, rows: rows), mode: mode)
    pane.show(subject(bytes))
    return pane
  }

  static func picture(_ pane: DetailPane, highlight: [Range<Int>] = []) -> Picture {
    var surface = Surface(size: pane.size)
    pane.draw(in: Rect(size: pane.size), on: &surface, look: Look(), highlight: highlight)
    return Picture(surface)
  }

  /// What is between the pane's rule and its line of counts.
  static func content(_ pane: DetailPane) -> [String] {
    let lines = picture(pane).lines
    return Array(lines.dropFirst().dropLast(pane.size.rows > 3 ? 1 : 0))
  }

  /// A mixture of everything that is laid out in another way than plain text.
  static func mixture(_ count: Int, seed: UInt64) -> [UInt8] {
    let parts = [
      "plain words and more of them", "\n", "\r\n", "\\", "\u{1B}[31m", "日本語", "e\u{301}\u{302}\u{303}\u{304}\u{305}",
      "👩\u{200D}💻", "👍🏽", "\u{202E}", "é", "\t", "\u{301}",
    ].map { Array($0.utf8) }
    var random = TestRandom(seed: seed)
    var bytes: [UInt8] = []
    while bytes.count < count {
      if Int.random(in: 0..<8, using: &random) == 0 {
        bytes.append(.random(in: 0...255, using: &random))
      } else {
        bytes += parts.randomElement(using: &random) ?? []
      }
    }
    return bytes
  }

  // MARK: Digits

  @Test(
    "digits, characters and bars share the width",
    arguments: [
      (150, "0000  1b 5d 30 3b 74 69 74 6c  65 07 20 68 6f 73 74 69  6c 65 20 72 65 70 6c 79  20 e2 80 ae 74 78 74"),
      (80, "0000  1b 5d 30 3b 74 69 74 6c  65 07 20 68 6f 73 74 69  |.]0;title. hosti|"),
      (72, "0000  1b 5d 30 3b 74 69 74 6c  65 07 20 68 6f 73 74 69  .]0;title. hosti"),
      (60, "0000  1b 5d 30 3b 74 69 74 6c  |.]0;titl|"),
      (40, "0000  1b 5d 30 3b 74 69 74 6c  .]0;titl"),
      (25, "0000  1b 5d 30 3b  |.]0;|"),
      (20, "0000  1b 5d 30 3b"),
      (16, "0000  1b 5d"),
      (8, "1b 5d"),
      (2, "1b"),
    ] as [(Int, String)]
  )
  func digits(columns: Int, row: String) {
    #expect(DetailPaneTests.content(DetailPaneTests.pane(DetailPaneTests.mock, columns, 6, .hex))[0].hasPrefix(row))
  }

  @Test("offsets are as wide as the message needs", arguments: [(65_536, "0000"), (65_537, "000000")])
  func offsets(count: Int, first: String) {
    let pane = DetailPaneTests.pane(Array(repeating: 0, count: count), 80, 6, .hex)
    #expect(DetailPaneTests.content(pane)[0].hasPrefix(first + "  00 00"))
  }

  @Test("the last row of digits is at the bottom, and its bar stands behind its last byte")
  func lastDigits() {
    var pane = DetailPaneTests.pane(Array(repeating: 0x41, count: 1000), 80, 10, .hex)
    pane.bottom()
    #expect(DetailPaneTests.content(pane).last?.hasSuffix("|AAAAAAAA|") == true)
    #expect(DetailPaneTests.content(pane).count == 8)
    pane.scroll(by: 5)
    #expect(pane.position == 55 * 16)
    pane.pageUp()
    #expect(pane.position == 48 * 16)
    pane.scroll(by: -1000)
    #expect(pane.position == 0)
  }

  // MARK: Text

  @Test("text wraps, a line feed ends a row, an escape is never cut")
  func wraps() {
    let pane = DetailPaneTests.pane(Array("hello world\nab\u{202E}c".utf8), 10, 8, .text)
    #expect(DetailPaneTests.content(pane) == ["hello worl", "d\\n", "ab\\u{202e}", "c", "", ""])
  }

  @Test("what is wider than the pane is cut, and nothing else is lost")
  func narrow() {
    let pane = DetailPaneTests.pane(Array("a\u{202E}日b".utf8), 1, 7, .text)
    #expect(DetailPaneTests.content(pane) == ["a", "~", "~", "b", ""])
  }

  /// Every row of a pane, taken by scrolling one row at a time.
  static func allRows(_ pane: DetailPane) -> (rows: [String], positions: [Int]) {
    guard var cursor = DetailCursor(pane.text, width: pane.size.columns, at: 0) else { return ([], []) }
    var rows: [String] = []
    var positions: [Int] = []
    repeat {
      var surface = Surface(size: Size(columns: pane.size.columns, rows: 1))
      pane.text.bytes.withUnsafeBytes {
        cursor.rows.draw(
          row: cursor.row,
          of: $0,
          in: Rect(size: surface.size),
          on: &surface,
          escapesBackslash: pane.mode != .json,
          theme: .dark,
          highlight: []
        )
      }
      rows.append(surface.text(row: 0))
      positions.append(cursor.offset)
    } while cursor.next()
    return (rows, positions)
  }

  @Test("the rows together are the visible text, over the seams of the blocks too", arguments: 0..<10 as Range<UInt64>)
  func seams(seed: UInt64) {
    let bytes = DetailPaneTests.mixture(14_000, seed: seed)
    let pane = DetailPaneTests.pane(bytes, 37, 12, .text)
    func solid(_ text: String) -> String { text.replacing(" ", with: "") }
    let (rows, positions) = DetailPaneTests.allRows(pane)
    #expect(solid(rows.joined()) == solid(Printable.text(bytes)))
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("scrolling up goes the way back that scrolling down came", arguments: DetailPane.Mode.allCases)
  func thereAndBack(_ mode: DetailPane.Mode) {
    var pane = DetailPaneTests.pane(DetailPaneTests.mixture(6000, seed: 5), 50, 9, mode)
    var positions = [0]
    while true {
      pane.scroll(by: 1)
      if pane.position == positions.last { break }
      positions.append(pane.position)
    }
    #expect(positions.count > 50 && pane.position > DetailText.blockBytes)
    let end = pane.position
    for position in positions.dropLast().reversed() {
      pane.scroll(by: -1)
      #expect(pane.position == position)
    }
    pane.bottom()
    #expect(pane.position == end)
    #expect(DetailPaneTests.content(pane).last != "")
  }

  // MARK: Modes

  @Test("x goes through the modes; JSON is one of them only where it is")
  func modes() {
    func cycle(_ text: String) -> [DetailPane.Mode] {
      var pane = DetailPaneTests.pane(Array(text.utf8), 80, 10)
      return (0..<5).map { _ in
        defer { pane.cycleMode() }
        return pane.mode
      }
    }
    #expect(cycle("hello") == [.both, .text, .hex, .both, .text])
    #expect(cycle("{}") == [.json, .text, .hex, .both, .json])
  }

  @Test("a reader's choice of JSON shows text where there is none, and holds")
  func preferredMode() {
    var pane = DetailPaneTests.pane(Array("hello".utf8), 80, 10, .json)
    #expect(pane.mode == .text)
    pane.show(DetailPaneTests.subject(Array("[1]".utf8), id: 2))
    #expect(pane.mode == .json)
  }

  @Test("the place holds in other modes and sizes, another message starts at its top")
  func places() {
    var pane = DetailPaneTests.pane(DetailPaneTests.mixture(50_000, seed: 1), 80, 10, .hex)
    pane.scroll(by: 1000)
    #expect(pane.position == 16_000)
    pane.cycleMode()
    #expect(pane.mode == .both && pane.position == 16_000)
    pane.cycleMode()
    #expect(pane.mode == .text && (15_900...16_000).contains(pane.position))
    let position = pane.position
    pane.resize(Size(columns: 30, rows: 20))
    #expect((position - 30...position).contains(pane.position))
    var subject = DetailPaneTests.subject(DetailPaneTests.mixture(50_000, seed: 1))
    subject.titleFields = ["other titles"]
    pane.show(subject)
    #expect((position - 30...position).contains(pane.position))
    subject.id = 2
    pane.show(subject)
    #expect(pane.position == 0)
  }

  @Test("a byte is brought into view, and what is in view stays", arguments: DetailPane.Mode.allCases)
  func reveals(_ mode: DetailPane.Mode) {
    let bytes = Array(repeating: Array("some words \n".utf8), count: 2000).flatMap(\.self)
    var pane = DetailPaneTests.pane(bytes, 60, 12, mode)
    for offset in [0, 9000, 9012, 23_999, 12, 12_000] {
      pane.reveal(offset)
      let marked = DetailPaneTests.picture(pane, highlight: [offset..<(offset + 1)]).runs
      #expect(marked.contains { $0.style.background == Theme.dark[.match].background }, "\(offset)")
      let position = pane.position
      pane.reveal(offset)
      #expect(pane.position == position)
    }
  }

  // MARK: What is marked and said

  @Test("a match is marked in digits, characters and text")
  func highlight() {
    let pane = DetailPaneTests.pane(DetailPaneTests.mock, 80, 6, .both)
    let runs = DetailPaneTests.picture(pane, highlight: [0..<1, 7..<9]).runs
    let marked = runs.filter { $0.style.background == Theme.dark[.match].background }
    #expect(
      marked.map { "\($0.row) \($0.columns)" } == [
        "1 6..<8", "1 27..<33", "1 57..<58", "1 64..<66", "3 6..<8", "3 14..<16",
      ]
    )
  }

  @Test(
    "the counts of what is not plain text",
    arguments: [
      ("hello\r\n\t", "utf8 ok"), ("", "utf8 ok"), ("\u{1B}\u{7}\u{9B}", "utf8 ok  ctl 3"),
      ("\u{202E}\u{200B}", "utf8 ok  bidi 1  hidden 1"), ("\\", "utf8 ok"),
    ]
  )
  func counts(text: String, line: String) {
    #expect(DetailPaneTests.picture(DetailPaneTests.pane(Array(text.utf8), 60, 6)).lines.last == line)
  }

  @Test("what was lost, and what is ill-formed, is said with the notes")
  func losses() {
    var pane = DetailPane(size: Size(columns: 70, rows: 6))
    pane.show(
      DetailSubject(id: 1, titleFields: [], bytes: [0xFF, 0xC3, 0x41], lostCount: 1000, notes: ["dt -0.450s"])
    )
    #expect(DetailPaneTests.picture(pane).lines.last == "ill-formed 2  cut, 1000B more came  dt -0.450s")
  }

  @Test("only the shown bytes are text, all of them are digits")
  func shown() {
    var pane = DetailPane(size: Size(columns: 60, rows: 6), mode: .both)
    pane.show(DetailSubject(id: 1, titleFields: [], bytes: [0x41, 0x0D], shownCount: 1))
    #expect(DetailPaneTests.content(pane) == ["0000  41 0d                    |A.|", "text  A", "", ""])
  }

  @Test("titles go as the pane narrows, the mode last")
  func rules() {
    func rule(_ columns: Int) -> String {
      var pane = DetailPane(size: Size(columns: columns, rows: 5), mode: .hex)
      pane.show(DetailPaneTests.subject([1], titles: ["#1281", "127.0.0.1:50172", "31B in 1 read"]))
      return DetailPaneTests.picture(pane).lines[0]
    }
    #expect(rule(60) == "── #1281  127.0.0.1:50172  31B in 1 read ──────────── hex ──")
    #expect(rule(40) == "── #1281  127.0.0.1:50172 ─────── hex ──")
    #expect(rule(20) == "── #1281 ──── hex ──")
    #expect(rule(14) == "── #1281 ─────")
    #expect(rule(1) == "─")
  }

  // MARK: Copies

  @Test("a copy is what the mode shows")
  func copies() {
    func copy(_ bytes: [UInt8], _ mode: DetailPane.Mode) -> String {
      String(decoding: DetailPaneTests.pane(bytes, 20, 5, mode).copyText(), as: UTF8.self)
    }
    #expect(copy([0x1B, 0x41], .hex) == "1b41")
    #expect(copy([0x1B, 0x41, 0x0A], .text) == "\\eA\\n")
    #expect(copy([0x1B, 0x41], .both) == "\\eA")
    let json = "{\"a\": [1.0,2e5 ], \"b\\\\\": \"\u{202E}é\", \"c\":{ }}"
    #expect(
      copy(Array(json.utf8), .json) == """
        {
          "a": [
            1.0,
            2e5
          ],
          "b\\\\": "\\u202eé",
          "c": {}
        }

        """
    )
  }

  @Test("a copy is bounded", arguments: DetailPane.Mode.allCases)
  func boundedCopy(_ mode: DetailPane.Mode) {
    let bytes = Array("[\(Array(repeating: "1", count: 100_000).joined(separator: ","))]".utf8)
    #expect(DetailPaneTests.pane(bytes, 20, 5, mode).copyText(limit: 5000).count < 100_000)
  }

  // MARK: Extremes

  @Test("every size and mode is drawn, with nothing outside of it", arguments: DetailPane.Mode.allCases)
  func everySize(_ mode: DetailPane.Mode) {
    for bytes in [
      [], [0x41], DetailPaneTests.mock, Array("{\"a\":[1,{}]}".utf8), DetailPaneTests.mixture(9000, seed: 2),
    ] {
      for columns in [0, 1, 2, 7, 15, 40, 80, 150, 300] {
        for rows in [0, 1, 2, 3, 4, 10, 40] {
          var pane = DetailPaneTests.pane(bytes, columns, rows, mode)
          var surface = Surface(size: Size(columns: columns + 2, rows: rows + 2), fill: Cell("#"))
          pane.draw(in: Rect(column: 1, row: 1, columns: columns, rows: rows), on: &surface, look: Look())
          pane.bottom()
          pane.pageUp()
          pane.reveal(bytes.count / 2)
          pane.draw(in: Rect(column: 1, row: 1, columns: columns, rows: rows), on: &surface, look: Look())
          let border = (0..<surface.size.rows).flatMap { row in
            (0..<surface.size.columns).filter { row == 0 || row > rows || $0 == 0 || $0 > columns }.map {
              surface[$0, row]
            }
          }
          #expect(border.allSatisfy { $0 == Cell("#") })
        }
      }
    }
  }

  @Test("the hostile corpus becomes visible text in every mode", arguments: DetailPane.Mode.allCases)
  func hostile(_ mode: DetailPane.Mode) {
    #expect(HostileCorpus.payloads.count > 100)
    for payload in HostileCorpus.payloads {
      for (columns, rows) in [(80, 24), (11, 5)] {
        let lines = DetailPaneTests.picture(DetailPaneTests.pane(payload, columns, rows, mode)).lines
        #expect(lines.compactMap { VisibleText.complaint(about: $0) } == [])
      }
    }
  }

  @Test("whatever a long message holds, its blocks stay small")
  func boundedBlocks() {
    let count = 1 << 17
    func filled(_ text: String) -> [UInt8] {
      Array(repeating: Array(text.utf8), count: count / text.utf8.count).flatMap(\.self)
    }
    let json = [
      "[\"\(String(repeating: "x", count: count))\"]", "[\(String(repeating: "1", count: count))]",
      "[\(String(repeating: "1,", count: count / 2))1]", "[1\(String(repeating: " ", count: count)),2]",
      "[\(String(repeating: " ", count: count))]", "[\"\(String(repeating: "\u{301}", count: count / 2))\"]",
      String(repeating: "[]", count: count / 2),
    ].map { Array($0.utf8) }
    for bytes in json + [filled("x"), filled("\n"), filled("\u{301}"), filled("\u{202E}"), filled("日"), filled("x\n")] {
      let pane = DetailPaneTests.pane(bytes, 80, 24)
      let text = pane.text
      #expect((pane.mode == .json) == json.contains(bytes))
      var largest = 0
      for block in 0..<text.blockCount {
        let rows = text.rows(block: block, width: 80)
        #expect(!rows.rows.isEmpty)
        largest = max(largest, rows.shownByteCount)
      }
      #expect(largest <= 4 * DetailText.blockBytes)
      #expect(text.blockCount <= count / DetailText.blockBytes + 2)
    }
  }
}

extension DetailRows {
  /// The bytes that the rows stand for.
  fileprivate var shownByteCount: Int {
    rows.indices.map { self[$0].map(\.piece.range.count).reduce(0, +) }.reduce(0, +)
  }
}
