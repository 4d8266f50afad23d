/// Stands at one row of a text and walks from row to row, with the rows of one block at hand.
struct DetailCursor: Sendable {
  private let text: DetailText
  private let width: Int
  private var block: Int
  private(set) var rows: DetailRows
  private(set) var row: Int

  /// Stands at the row that holds the byte at `offset`; nil when the text has no rows.
  init?(_ text: DetailText, width: Int, at offset: Int) {
    guard text.blockCount > 0 else { return nil }
    self.text = text
    self.width = width
    block = text.block(of: offset)
    rows = text.rows(block: block, width: width)
    row = rows.row(of: offset)
  }

  /// The byte that the row begins with.
  var offset: Int { rows.rows[row].start }

  /// Steps to the row below; false at the last one.
  mutating func next() -> Bool {
    if row + 1 < rows.rows.count {
      row += 1
      return true
    }
    guard block + 1 < text.blockCount else { return false }
    block += 1
    rows = text.rows(block: block, width: width)
    row = 0
    return true
  }

  /// Steps to the row above; false at the first one.
  mutating func previous() -> Bool {
    if row > 0 {
      row -= 1
      return true
    }
    guard block > 0 else { return false }
    block -= 1
    rows = text.rows(block: block, width: width)
    row = rows.rows.count - 1
    return true
  }

  /// Steps up to `distance` rows, up if negative.
  mutating func move(by distance: Int) {
    for _ in 0..<distance.magnitude {
      guard distance < 0 ? previous() : next() else { return }
    }
  }
}
