import Screen
import TestKit
import Testing

@Suite("Text on a surface")
struct SurfaceTextTests {
  let escape = Style(attributes: .dim)

  /// Foreign bytes drawn from column 1 of a row, between bars that must stay.
  func drawn(_ bytes: [UInt8], columns: Int, skip: Int = 0) -> (picture: String, used: Int) {
    var surface = Surface(size: Size(columns: columns + 2, rows: 1))
    surface.put(Cell("|"), column: 0, row: 0)
    surface.put(Cell("|"), column: columns + 1, row: 0)
    let used = bytes.withUnsafeBytes {
      surface.draw(untrusted: $0, at: Point(column: 1, row: 0), columns: columns, skip: skip, escapeStyle: escape)
    }
    return (surface.text(row: 0), used)
  }

  @Test(
    "fields",
    arguments: [
      ("hello", 8, 0, "|hello   |", 5),
      ("hello", 5, 0, "|hello|", 5),
      ("hello", 4, 0, "|hel~|", 4),
      ("hello", 1, 0, "|~|", 1),
      ("h", 1, 0, "|h|", 1),
      ("hello", 0, 0, "||", 0),
      ("", 3, 0, "|   |", 0),
      ("a\u{7}b", 6, 0, "|a\\x07b|", 6),
      ("a\u{7}b", 5, 0, "|a   ~|", 5),
      ("a\u{7}", 5, 0, "|a\\x07|", 5),
      ("日本", 4, 0, "|日本|", 4),
      ("日本", 3, 0, "|日~|", 3),
      ("日本語", 4, 0, "|日 ~|", 4),
      ("日本語", 2, 0, "| ~|", 2),
      ("hello", 3, 2, "|llo|", 3),
      ("hello", 2, 2, "|l~|", 2),
      ("hello", 3, 9, "|   |", 0),
      ("日本", 3, 1, "| 本|", 3),
      ("\u{202E}x", 8, 2, "|{202e}x |", 7),
      ("e\u{301}a", 2, 0, "|e\u{301}a|", 2),
      ("e\u{301}ab", 2, 0, "|e\u{301}~|", 2),
      ("a\\b", 5, 0, "|a\\\\b |", 4),
    ] as [(String, Int, Int, String, Int)]
  )
  func fields(text: String, columns: Int, skip: Int, picture: String, used: Int) {
    let result = drawn(Array(text.utf8), columns: columns, skip: skip)
    #expect(result.picture == picture)
    #expect(result.used == used)
  }

  @Test("the hostile corpus stays in its field at any width and scroll", arguments: HostileCase.all)
  func hostile(_ hostile: HostileCase) {
    for columns in [0, 1, 2, 3, 7, 40] {
      for skip in [0, 1, 5] {
        let result = drawn(hostile.bytes, columns: columns, skip: skip)
        #expect(result.picture.unicodeScalars.first == "|" && result.picture.unicodeScalars.last == "|")
        #expect(VisibleText.complaint(about: result.picture) == nil)
        #expect(result.used <= columns)
      }
    }
  }

  @Test("escapes carry their own style")
  func styles() {
    var surface = Surface(size: Size(columns: 6, rows: 1))
    let bytes: [UInt8] = [0x61, 0x0A, 0x62]
    bytes.withUnsafeBytes {
      _ = surface.draw(untrusted: $0, at: Point(column: 0, row: 0), columns: 6, escapeStyle: escape)
    }
    #expect(surface.row(0).map(\.style) == [.plain, escape, escape, .plain, .plain, .plain])
  }

  @Test("own text keeps its backslashes, and is cut at the surface's edge")
  func ownText() {
    var surface = Surface(size: Size(columns: 8, rows: 2))
    #expect(surface.draw("a\\b\u{7}", column: 0, row: 0) == 7)
    #expect(surface.text(row: 0) == "a\\b\\x07")
    #expect(surface.draw("waiting", column: 3, row: 1) == 5)
    #expect(surface.text(row: 1) == "   wait~")
    #expect(surface.draw("x", column: 8, row: 0) == 0)
    #expect(surface.draw("x", column: 0, row: 2) == 0)
    #expect(surface.draw("x", column: 0, row: -1) == 0)
    #expect(Surface.columns(of: "日本") == 4)
  }

  @Test("numbers stand at the right of their field")
  func right() {
    var surface = Surface(size: Size(columns: 7, rows: 2))
    surface.drawRight("12B", column: 1, row: 0, columns: 5)
    surface.drawRight("1234567", column: 1, row: 1, columns: 5)
    #expect(surface.text(row: 0) == "   12B")
    #expect(surface.text(row: 1) == " 1234~")
  }
}

/// Matches marked in a field.
@Suite("Matches on a surface")
struct SurfaceMatchTests {
  /// A field of 12 columns, and below it `^` where it is marked.
  func marked(_ text: String, _ matches: [Range<Int>], skip: Int = 0, columns: Int = 12) -> (String, String) {
    var surface = Surface(size: Size(columns: 14, rows: 1))
    Array(text.utf8).withUnsafeBytes {
      _ = surface.draw(
        untrusted: $0,
        at: Point(column: 1, row: 0),
        columns: columns,
        skip: skip,
        escapeStyle: Style(foreground: .indexed(6), attributes: .dim),
        matches: matches,
        matchStyle: Style(attributes: .underline)
      )
    }
    let marks = surface.row(0).map { $0.style.attributes.contains(.underline) ? "^" : " " }.joined()
    return (surface.text(row: 0), String(marks.reversed().drop { $0 == " " }.reversed()))
  }

  @Test(
    "what stands for a matched byte is marked",
    arguments: [
      ("hello world", [1..<3], 0, " hello world", "  ^^"),
      ("hello world", [1..<3, 6..<11], 0, " hello world", "  ^^   ^^^^^"),
      ("hello world", [1..<3, 6..<8], 2, " llo world", " ^   ^^"),
      ("hello world", [0..<0, 1..<1, 2..<3], 0, " hello world", "   ^"),
      ("a\u{7}b", [1..<2], 0, " a\\x07b", "  ^^^^"),
      ("a\u{7}b", [1..<3], 2, " x07b", " ^^^^"),
      ("日本", [3..<4], 0, " 日本", "   ^^"),
      ("日本", [0..<6], 1, "  本", " ^^^"),
      ("hello world and more", [10..<20], 0, " hello world~", "           ^"),
      ("hello", [90..<99], 0, " hello", ""),
    ] as [(String, [Range<Int>], Int, String, String)]
  )
  func marks(text: String, matches: [Range<Int>], skip: Int, picture: String, marks: String) {
    let result = marked(text, matches, skip: skip)
    #expect(result.0 == picture)
    #expect(result.1 == marks)
  }

  @Test("a marked escape keeps its colour and its dimness")
  func overlay() {
    let style = Style(foreground: .indexed(6), attributes: .dim)
    let match = Style(background: .indexed(3), attributes: .underline)
    #expect(
      style.overlaid(with: match)
        == Style(foreground: .indexed(6), background: .indexed(3), attributes: [.dim, .underline])
    )
  }

  @Test("a language with backslashes of its own keeps them")
  func backslashes() {
    var surface = Surface(size: Size(columns: 12, rows: 1))
    Array("\"\\n\u{7}\"".utf8).withUnsafeBytes {
      _ = surface.draw(untrusted: $0, at: Point(column: 0, row: 0), columns: 12, escapesBackslash: false)
    }
    #expect(surface.text(row: 0) == "\"\\n\\x07\"")
  }
}
