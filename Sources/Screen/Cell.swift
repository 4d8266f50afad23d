/// One place of the grid: a base scalar, up to three combining marks, and a style.
///
/// A wide character takes two cells: its own with `width` 2, and to the right of it `Cell.continuation` with `width` 0.
package struct Cell: Hashable, Sendable {
  /// The most combining marks a cell holds; ncurses takes a base and four.
  package static let maximumMarks = 3

  /// The base and its marks; unused places are 0.
  package private(set) var scalars: SIMD4<UInt32>
  /// Columns taken: 1, 2, or 0 for the right half of a wide character.
  package private(set) var width: UInt8
  package var style: Style

  /// `base` must be printable with the given width; `Printable` sees to that for foreign bytes.
  package init(_ base: Unicode.Scalar, width: Int = 1, style: Style = .plain) {
    self.scalars = SIMD4(base.value, 0, 0, 0)
    self.width = UInt8(clamping: width)
    self.style = style
  }

  package static let blank = Cell(" ")

  package static func continuation(style: Style) -> Cell { Cell("\0", width: 0, style: style) }

  package var isContinuation: Bool { width == 0 }

  /// Adds a combining mark; false when the cell is full or wide, and the mark is then left out.
  @discardableResult
  package mutating func append(mark: Unicode.Scalar) -> Bool {
    guard width == 1 else { return false }
    for index in 1...Cell.maximumMarks where scalars[index] == 0 {
      scalars[index] = mark.value
      return true
    }
    return false
  }

  /// What the cell shows, as text: empty for a continuation.
  package var text: String {
    guard !isContinuation else { return "" }
    var view = String.UnicodeScalarView()
    for index in 0..<4 {
      guard scalars[index] != 0, let scalar = Unicode.Scalar(scalars[index]) else { break }
      view.append(scalar)
    }
    return String(view)
  }
}
