import Screen
import Testing

@Suite("Widgets")
struct WidgetTests {
  func rows(_ surface: Surface) -> [String] { (0..<surface.size.rows).map { surface.text(row: $0) } }

  @Test("a sparkline scales to its highest count, newest at the right")
  func sparkline() {
    #expect(Sparkline([0, 1, 2, 4, 8]).text(columns: 6) == "  ▁▂▄█")
    #expect(Sparkline([9, 0, 1]).text(columns: 2) == " █")
    #expect(Sparkline([1, .max]).text(columns: 2, glyphs: .ascii) == "_#")
    #expect(Sparkline([]).text(columns: 3) == "   ")
    #expect(Sparkline([1]).text(columns: 0) == "" && Sparkline([1]).text(columns: -1) == "")
  }

  @Test("columns stand on the bottom, the highest fills its height, and anything at all shows")
  func columnChart() {
    func drawn(_ counts: [UInt64], _ columns: Int, _ rows: Int, _ glyphs: Glyphs = .unicode) -> [String] {
      var surface = Surface(size: Size(columns: columns, rows: rows))
      surface.draw(ColumnChart(counts), in: Rect(size: surface.size), glyphs: glyphs, style: .plain)
      return self.rows(surface)
    }
    #expect(drawn([0, 1, 16, 12, 8, 1000], 6, 1) == [" ▁▁▁▁█"])
    #expect(drawn([0, 1, 16, 12, 8], 5, 2) == ["  █▄", " ▁███"])
    #expect(drawn([1, 2], 9, 1) == ["▄▄ ██"])
    #expect(drawn([1, 2], 4, 1, .ascii) == ["- #"])
    #expect(drawn([5, 5, 5], 2, 1) == ["██"])
    #expect(drawn([.max, 1], 2, 1) == ["█▁"])
    #expect(drawn([], 2, 1) == [""] && drawn([0], 2, 1) == [""])
    #expect(drawn([1], 0, 0).isEmpty)
  }

  @Test("a frame with a title")
  func frame() {
    var surface = Surface(size: Size(columns: 12, rows: 3))
    let rect = Rect(size: surface.size)
    surface.drawFrame(rect, title: "keys", glyphs: .unicode, style: .plain, titleStyle: .plain)
    #expect(rows(surface) == ["┌─ keys ───┐", "│          │", "└──────────┘"])
    surface.drawFrame(rect, glyphs: .ascii, style: .plain, titleStyle: .plain)
    #expect(rows(surface) == ["+----------+", "|          |", "+----------+"])
  }

  let help = HelpTable(
    title: "keys",
    entries: [.heading("Move"), .init("j", "down"), .init("PgUp", "page up"), .init("q", "quit")]
  )

  @Test("help in the middle of the screen")
  func helpTable() {
    var surface = Surface(size: Size(columns: 21, rows: 8))
    surface.draw(help, in: Rect(size: surface.size), theme: .mono)
    #expect(
      rows(surface) == [
        "", "  ┌─ keys ────────┐", "  │ Move          │", "  │ j     down    │", "  │ PgUp  page up │",
        "  │ q     quit    │",
        "  └───────────────┘", "",
      ]
    )
  }

  @Test("help scrolls in a small screen and says that it goes on")
  func helpScrolls() {
    var help = help
    let size = Size(columns: 17, rows: 4)
    var surface = Surface(size: size)
    surface.draw(help, in: Rect(size: size), theme: .dark, glyphs: .ascii)
    #expect(rows(surface) == ["+- keys --------+", "| Move          |", "| j     down    |", "+--------------~+"])
    help.scroll(by: 99, in: size)
    surface.draw(help, in: Rect(size: size), theme: .dark, glyphs: .ascii)
    #expect(rows(surface) == ["+- keys -------~+", "| PgUp  page up |", "| q     quit    |", "+---------------+"])
    help.scroll(by: .min, in: size)
    #expect(help.offset == 0)
  }

  @Test("everything draws in every size", arguments: 0..<24)
  func everySize(columns: Int) {
    for rows in 0..<12 {
      let size = Size(columns: columns, rows: rows)
      var help = help
      for distance in [0, 1, 3, -1, .max, .min] {
        help.scroll(by: distance, in: size)
        var surface = Surface(size: size)
        surface.draw(help, in: Rect(size: size), theme: .light)
        surface.draw(help, in: Rect(column: -3, row: -2, columns: columns + 9, rows: rows), theme: .light)
        surface.drawFrame(
          Rect(column: -1, row: 2, columns: 90, rows: 90),
          title: "t",
          glyphs: .ascii,
          style: .plain,
          titleStyle: .plain
        )
        surface.draw(InputLine("text"), in: Rect(column: 3, row: -1, columns: 40, rows: 3))
        #expect(surface.cells.count == columns * rows)
        if let cursor = surface.cursor { #expect(cursor.column < columns && cursor.row < rows) }
      }
    }
  }

  @Test("rectangles are cut, centred and inset without ever growing")
  func geometry() {
    var rect = Rect(column: 2, row: 1, columns: 10, rows: 5)
    #expect(rect.centered(Size(columns: 4, rows: 1)) == Rect(column: 5, row: 3, columns: 4, rows: 1))
    #expect(rect.centered(Size(columns: 40, rows: 40)) == rect)
    #expect(rect.inset(columns: 1, rows: 9) == Rect(column: 3, row: 3, columns: 8, rows: 1))
    #expect(rect.clipped(to: Size(columns: 5, rows: 3)) == Rect(column: 2, row: 1, columns: 3, rows: 2))
    #expect(rect.clipped(to: .zero).isEmpty)
    #expect(rect.takeLeft(3) == Rect(column: 2, row: 1, columns: 3, rows: 5))
    #expect(rect == Rect(column: 5, row: 1, columns: 7, rows: 5))
  }
}
