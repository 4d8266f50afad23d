import Screen

/// The pane that shows one message: as JSON, as text, as hexadecimal digits, or as digits and text.
///
/// Where it stands is a byte of the message, so that it holds when the mode or the size changes; every step costs what
/// is on the screen, whatever the message's length.
struct DetailPane: Sendable {
  enum Mode: String, CaseIterable, Hashable, Sendable {
    case json, text, hex
    case both = "hex+text"
  }

  private(set) var subject: DetailSubject?
  /// The whole pane, its rule and the line of counts included.
  private(set) var size: Size
  /// The byte in whose row the view begins.
  private(set) var position = 0
  /// What the reader chose; nil for JSON where it is, and digits and text elsewhere.
  private var preferred: Mode?
  private(set) var oddities = Oddities()
  private var outline: JSONOutline?

  init(size: Size = .zero, mode: Mode? = nil) {
    self.size = size
    preferred = mode
  }

  /// Whether the message is JSON, however it is shown.
  var isJSON: Bool { outline != nil }

  /// How the message is shown.
  var mode: Mode {
    if subject?.isProse == true { return .text }
    guard let preferred else { return isJSON ? .json : .both }
    return preferred == .json && !isJSON ? .text : preferred
  }

  // MARK: The pane changes

  /// Shows another message from its top, or the same one with other titles where it stands.
  mutating func show(_ subject: DetailSubject?) {
    let isSame =
      subject != nil && subject?.id == self.subject?.id && subject?.bytes.count == self.subject?.bytes.count
      && subject?.shownCount == self.subject?.shownCount
    self.subject = subject
    guard !isSame else { return }
    position = 0
    oddities = Oddities()
    outline = nil
    shownBytes.withUnsafeBytes {
      oddities = Printable.oddities(of: $0)
      if oddities.illFormed == 0 { outline = JSONOutline($0) }
    }
  }

  mutating func resize(_ size: Size) {
    self.size = size
    settle()
  }

  /// The next way to show the message, JSON only where it is.
  mutating func cycleMode() {
    let modes = isJSON ? Mode.allCases : Mode.allCases.filter { $0 != .json }
    let next = (modes.firstIndex(of: mode) ?? 0) + 1
    preferred = modes[next % modes.count]
    settle()
  }

  // MARK: The reader moves

  /// Scrolls by rows; up is negative.
  mutating func scroll(by distance: Int) {
    guard size.rows > 0 else { return }
    // As far as that the end is nearer than a walk.
    guard distance.magnitude < 100_000 else { return distance < 0 ? top() : bottom() }
    if let hex {
      let row = position / hex.bytesPerRow + distance
      position = min(max(0, row), lastHexRow(hex)) * hex.bytesPerRow
    } else if var cursor = DetailCursor(text, width: size.columns, at: position) {
      cursor.move(by: distance)
      position = distance < 0 ? cursor.offset : min(cursor.offset, max(lastTextTop, position))
    }
  }

  mutating func pageUp() { scroll(by: -page) }
  mutating func pageDown() { scroll(by: page) }
  mutating func top() { position = 0 }

  mutating func bottom() {
    if let hex { position = lastHexRow(hex) * hex.bytesPerRow } else { position = lastTextTop }
  }

  /// Brings a byte of the message into view, a third of the way down if it was not there.
  mutating func reveal(_ offset: Int) {
    let rows = areas.hexRows > 0 ? areas.hexRows : areas.textRows
    guard rows > 0, offset >= 0, offset < (subject?.bytes.count ?? 0) else { return }
    if let hex {
      let (row, top) = (offset / hex.bytesPerRow, position / hex.bytesPerRow)
      guard row < top || row >= top + rows else { return }
      position = min(max(0, row - rows / 3), lastHexRow(hex)) * hex.bytesPerRow
    } else if var cursor = DetailCursor(text, width: size.columns, at: offset) {
      let target = cursor.offset
      var last = DetailCursor(text, width: size.columns, at: position)
      last?.move(by: rows - 1)
      guard target < position || target > (last?.offset ?? 0) else { return }
      cursor.move(by: -(rows / 3))
      position = min(cursor.offset, lastTextTop)
    }
  }

  // MARK: Inside

  /// What of the bytes is text.
  var shownBytes: ArraySlice<UInt8> { subject.map { $0.bytes.prefix($0.shownCount) } ?? [] }

  /// The text of the mode.
  var text: DetailText { DetailText(bytes: shownBytes, outline: mode == .json ? outline : nil) }

  /// How digits are laid out, where the mode has any.
  var hex: HexLayout? { hexLayout(columns: size.columns) }

  func hexLayout(columns: Int) -> HexLayout? {
    guard mode == .hex || mode == .both else { return nil }
    return HexLayout(columns: columns, byteCount: subject?.bytes.count ?? 0)
  }

  private var areas: DetailAreas { DetailAreas(self, size: size) }

  private var page: Int { max(1, (areas.hexRows > 0 ? areas.hexRows : areas.textRows) - 1) }

  private func lastHexRow(_ hex: HexLayout) -> Int {
    max(0, hex.rowCount(subject?.bytes.count ?? 0) - max(1, areas.hexRows))
  }

  private var lastTextTop: Int { lastTextTop(width: size.columns, rows: areas.textRows) }

  /// The byte that begins the last full window of text.
  func lastTextTop(width: Int, rows: Int) -> Int {
    guard var cursor = DetailCursor(text, width: width, at: .max) else { return 0 }
    while cursor.next() {}
    cursor.move(by: -max(0, rows - 1))
    return cursor.offset
  }

  /// Stands at the beginning of a row, and not past the end.
  private mutating func settle() {
    guard position > 0 else { return }
    if let hex {
      position = min(position / hex.bytesPerRow, lastHexRow(hex)) * hex.bytesPerRow
    } else if let cursor = DetailCursor(text, width: size.columns, at: position) {
      position = min(cursor.offset, lastTextTop)
    } else {
      position = 0
    }
  }
}
