import Echo
import Screen
import Testing
import Wire

@Suite("The client's pictures")
struct ClientViewTests {
  static let sizes = [(140, 40), (80, 24), (40, 10), (20, 4), (12, 3)].map { Size(columns: $0, rows: $1) }

  @Test("print")
  func printed() {
    for size in Self.sizes { print(ClientScript.session(size: size).rows.map { "|\($0)" }.joined(separator: "\n")) }
  }
}
