import Screen
import TestKit
import Testing

@Suite("Surface")
struct SurfaceTests {
  @Test("no row ever holds half a wide character")
  func wide() {
    var surface = Surface(size: Size(columns: 4, rows: 1))
    surface.put(Cell("日", width: 2), column: 0, row: 0)
    surface.put(Cell("本", width: 2), column: 1, row: 0)
    #expect(surface.text(row: 0) == " 本")
    surface.put(Cell("x"), column: 2, row: 0)
    #expect(surface.text(row: 0) == "  x")
    surface.put(Cell("語", width: 2), column: 3, row: 0)
    #expect(surface.text(row: 0) == "  x")
  }

  @Test("random cells keep every row whole", arguments: 0..<4 as Range<UInt64>)
  func random(seed: UInt64) {
    var random = TestRandom(seed: seed)
    var surface = Surface(size: Size(columns: 7, rows: 2))
    for _ in 0..<500 {
      let place = (Int.random(in: -1...7, using: &random), Int.random(in: -1...2, using: &random))
      surface.put(Bool.random(using: &random) ? Cell("日", width: 2) : Cell("x"), column: place.0, row: place.1)
      for row in 0..<2 {
        let widths = surface.row(row).map(\.width)
        #expect(widths.reduce(0) { $0 + Int($1) } == 7)
        for (index, width) in widths.enumerated() where width == 2 { #expect(widths[index + 1] == 0) }
      }
    }
  }
}
