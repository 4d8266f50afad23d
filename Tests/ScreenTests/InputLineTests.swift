import Screen
import TestKit
import Testing

@Suite("Input line")
struct InputLineTests {
  /// The text with `|` where the cursor is.
  func shown(_ line: InputLine) -> String {
    String(line.characters[..<line.cursor]) + "|" + String(line.characters[line.cursor...])
  }

  /// A line whose cursor is where `|` stands.
  func line(_ picture: String) -> InputLine {
    let parts = picture.split(separator: "|", omittingEmptySubsequences: false)
    var line = InputLine(String(parts[0]) + String(parts[1]))
    for _ in 0..<parts[1].count { line.left() }
    return line
  }

  @Test(
    "readline's keys",
    arguments: [
      ("ab|c", .character("x"), "abx|c"), ("ab|c", .control("a"), "|abc"), ("ab|c", .control("e"), "abc|"),
      ("ab|c", .control("b"), "a|bc"), ("ab|c", .control("f"), "abc|"), ("ab|c", Key(.left), "a|bc"),
      ("ab|c", Key(.right), "abc|"), ("ab|c", Key(.home), "|abc"), ("ab|c", Key(.end), "abc|"),
      ("ab|c", Key(.backspace), "a|c"), ("ab|c", .control("h"), "a|c"), ("|abc", Key(.backspace), "|abc"),
      ("ab|c", Key(.delete), "ab|"), ("ab|c", .control("d"), "ab|"), ("abc|", Key(.delete), "abc|"),
      ("one two|", .meta("b"), "one |two"), ("one| two", .meta("f"), "one two|"),
      ("one two|", Key(.left, .control), "one |two"),
      ("a-b c|", .control("w"), "a-b |"), ("x a-b|", .control("w"), "x |"), ("x a-b|", Key(.backspace, .meta), "x a-|"),
      ("|one two", .meta("d"), "| two"), ("ab|cd", .control("k"), "ab|"), ("ab|cd", .control("u"), "|cd"),
      ("a\nb|c\nd", .control("k"), "a\nb|\nd"), ("a\nb|\nd", .control("k"), "a\nb|d"),
      ("a\nb|c\nd", .control("u"), "a\n|c\nd"),
      ("a\n|c", .control("u"), "a|c"), ("a\nbc|\nd", .control("a"), "a\n|bc\nd"), ("a|bc\nd", .control("e"), "abc|\nd"),
      ("ab|", .control("t"), "ba|"), ("a|bc", .control("t"), "ba|c"), ("|ab", .control("t"), "|ab"),
      ("a|", .control("t"), "a|"),
      ("ab\nc|d", Key(.up), "a|b\ncd"),
      ("abc|\nd", Key(.down), "abc\nd|"),
      ("日本|", Key(.backspace), "日|"), ("e\u{301}|", Key(.backspace), "|"), ("👨‍👩‍👧|x", Key(.left), "|👨‍👩‍👧x"),
    ] as [(String, Key, String)]
  )
  func keys(before: String, key: Key, after: String) {
    var line = line(before)
    let isDone = line.apply(key)
    #expect(isDone)
    #expect(shown(line) == after)
  }

  @Test(
    "keys for others are left alone",
    arguments: [
      Key(.enter), Key(.tab), Key(.escape), Key(.pageUp), Key(.up), Key(.down), Key(.function(1)), .control("d"),
      .control("c"),
      .control("r"), .meta("u"), Key(.home, .meta),
    ]
  )
  func others(key: Key) {
    var line = InputLine()
    let before = line
    let isDone = line.apply(key)
    #expect(!isDone)
    #expect(line == before)
  }

  @Test("kills in a row are one kill, and are yanked, popped and kept after sending")
  func kills() {
    var input = line("one two three|")
    input.killBlankWordBack()
    input.killBlankWordBack()
    #expect(shown(input) == "one |")
    input.home()
    input.killToEnd()
    input.yank()
    #expect(input.text == "one ")
    input.yankPop()
    #expect(shown(input) == "two three|")
    input.yankPop()
    #expect(input.text == "one ")
    let taken = input.take()
    #expect(taken == "one ")
    #expect(input.isEmpty)
    input.yank()
    #expect(input.text == "one ")
  }

  @Test("undo takes back typing in one, and every other change by itself")
  func undo() {
    var input = InputLine()
    for character in "hello" { _ = input.apply(.character(character)) }
    input.killWordBack()
    input.yank()
    input.insert("\n")
    input.replaceAll(with: "from history")
    for expected in ["hello\n", "hello", "", "hello", "", ""] {
      input.undo()
      #expect(input.text == expected)
    }
  }

  @Test("a mark joins the character before it")
  func marks() {
    var input = InputLine("e")
    input.insert("\u{301}")
    #expect(input.characters.count == 1 && input.cursor == 1)
    input.backspace()
    #expect(input.isEmpty)
  }

  /// The rows of a small surface with the line drawn on it, `|` added where the cursor is.
  func drawn(_ line: InputLine, columns: Int, rows: Int) -> [String] {
    var surface = Surface(size: Size(columns: columns, rows: rows))
    surface.draw(line, in: Rect(size: surface.size))
    return (0..<rows).map { row in
      var text = ""
      for column in 0..<columns {
        if surface.cursor == Point(column: column, row: row) { text += "|" }
        text += surface[column, row].text
      }
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  @Test("the window keeps the cursor in sight and says where the text goes on")
  func window() {
    #expect(drawn(line("hello|"), columns: 10, rows: 1) == ["hello|"])
    #expect(drawn(line("|0123456789abcdef"), columns: 10, rows: 1) == ["|012345678~"])
    #expect(drawn(line("0123456789|"), columns: 10, rows: 1) == ["~6789|"])
    #expect(drawn(line("0123456789|abcdef"), columns: 10, rows: 1) == ["~6789|abcd~"])
    #expect(drawn(line("a\u{7}|\u{1B}b"), columns: 12, rows: 1) == ["a\\x07|\\eb"])
    #expect(drawn(line("日本|"), columns: 10, rows: 1) == ["日本|"])
    #expect(drawn(line("ab|c"), columns: 1, rows: 1) == ["|c"])
    #expect(drawn(line("one\ntw|o\nthree"), columns: 6, rows: 3) == ["one", "tw|o", "three"])
    #expect(drawn(line("one\ntwo\nthr|ee"), columns: 6, rows: 2) == ["two", "thr|ee"])
    #expect(drawn(line("one line too long\n|"), columns: 6, rows: 2) == ["one l~", "|"])
  }

  @Test(
    "any editing in any size: whole graphemes, counted lines, a visible cursor",
    arguments: 0..<12 as Range<UInt64>
  )
  func anything(seed: UInt64) {
    var random = TestRandom(seed: seed)
    let texts = [
      "a", "b ", "日", "\u{301}", "\n", "\r", "\r\n", "🇩", "🇩🇪", "\u{200D}", "👨", "🏿", "\u{7}", "\u{1B}[2J", "क", "्",
      "ष", " word",
    ]
    let codes: [Key.Code] =
      "abdefhkuwyt_".map { .character($0) } + [
        .backspace, .delete, .left, .right, .up, .down, .home, .end, .enter,
      ]
    var input = InputLine()
    for step in 0..<400 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1: input.insert(texts.randomElement(using: &random)!)
      case 2: _ = input.apply(Key(codes.randomElement(using: &random)!))
      default:
        _ = input.apply(Key(codes.randomElement(using: &random)!, Bool.random(using: &random) ? .control : .meta))
      }
      #expect(input.characters == Array(input.text), "\(input.text.unicodeScalars.map { String($0.value, radix: 16) })")
      #expect(input.cursor >= 0 && input.cursor <= input.characters.count)
      #expect(input.lineCount == 1 + input.characters.count { $0 == "\n" || $0 == "\r\n" })
      guard step % 10 == 0 else { continue }
      for columns in [0, 1, 2, 3, 4, 5, 9, 30] {
        for rows in 0...3 {
          var surface = Surface(size: Size(columns: columns, rows: rows))
          surface.draw(input, in: Rect(size: surface.size))
          #expect((surface.cursor == nil) == (columns == 0 || rows == 0))
          if let cursor = surface.cursor {
            #expect(cursor.column >= 0 && cursor.column < columns && cursor.row >= 0 && cursor.row < rows)
          }
          for row in 0..<rows { #expect(VisibleText.complaint(about: surface.text(row: row)) == nil) }
        }
      }
    }
  }

  @Test("undo after undo leads back to the empty line", arguments: 0..<6 as Range<UInt64>)
  func undoesAll(seed: UInt64) {
    var random = TestRandom(seed: seed)
    var input = InputLine()
    for _ in 0..<200 {
      if Bool.random(using: &random) { input.insert(["x", "\u{301}", "🇩", "ab c"].randomElement(using: &random)!) }
      if Bool.random(using: &random) { input.killBlankWordBack() }
      if Bool.random(using: &random) { input.yank() }
      if Bool.random(using: &random) { input.left() }
      input.transpose()
    }
    for _ in 0..<1000 { input.undo() }
    #expect(input.isEmpty && input.cursor == 0 && input.lineCount == 1)
  }
}
