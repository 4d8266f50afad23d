import Screen
import TestKit
import Testing

@testable import Echo

/// The pictures of the detail pane, kept: looked at once, and then the same until they are meant to change.
@Suite struct GoldenDetailTests {
  static let sizes = [(160, 12), (80, 10), (40, 6), (20, 4)].map { Size(columns: $0, rows: $1) }

  static let json = #"{"cmd":"set","id":1281,"items":[{"name":"sensor","value":21.50},{}],"note":"caf\u00e9 日本"}"#

  private func check(_ pane: DetailPane, _ what: String, highlight: [Range<Int>] = []) throws {
    var surface = Surface(size: pane.size)
    pane.draw(in: Rect(size: pane.size), on: &surface, look: Look(), highlight: highlight)
    try Golden.check(surface, "detail-\(what)-\(pane.size.columns)x\(pane.size.rows)")
  }

  private func pane(_ bytes: [UInt8], _ size: Size, _ mode: DetailPane.Mode? = nil) -> DetailPane {
    var pane = DetailPane(size: size, mode: mode)
    pane.show(
      DetailSubject(
        id: 1281,
        titleFields: ["#1281", "127.0.0.1:50172", "\(bytes.count)B in 1 read", "conn #12 msg 3", "reply 2B 0.11ms"],
        bytes: bytes[...],
        notes: ["dt -0.450s"]
      )
    )
    return pane
  }

  @Test("A hostile message, digits and text", arguments: sizes)
  func hostile(_ size: Size) throws {
    try check(pane(DetailPaneTests.mock, size), "hostile", highlight: [2..<4, 9..<11])
  }

  @Test("JSON", arguments: sizes)
  func json(_ size: Size) throws {
    try check(pane(Array(GoldenDetailTests.json.utf8), size), "json", highlight: [8..<11])
  }

  @Test("The middle of a long text", arguments: sizes)
  func longText(_ size: Size) throws {
    let lines = (1...500).map { "line \($0) of a long text that is wider than a narrow pane\n" }.joined()
    var pane = pane(Array(lines.utf8), size, .text)
    pane.reveal(14_000)
    try check(pane, "text", highlight: [14_000..<14_010])
  }
}
