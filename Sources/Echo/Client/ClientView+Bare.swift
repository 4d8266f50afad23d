import Screen
import Wire

/// The bare view: the texts of messages and nothing else, wrapped to the whole width, for the terminal's own selection.
extension ClientModel {
  /// The rows end with the last one of the log's window at the bottom.
  func bareView(size: Size) -> Surface {
    var surface = Surface(size: size)
    var rest = Rect(size: size)
    let viewport = browser.viewport
    var next = viewport.visible.upperBound
    while !rest.isEmpty, next > viewport.first {
      next -= 1
      guard let row = browser.log[browser.list.id(of: next)], !row.isNotice else { continue }
      drawBare(row.payload, in: &rest, on: &surface)
    }
    if rest.size.rows == size.rows {
      surface.draw(centered: ["no messages here; any key goes back"], rest, style: look.theme[.muted])
    }
    return surface
  }

  /// Draws the rows of a text at the bottom of a rectangle, as many as there is room for, and takes that room.
  private func drawBare(_ payload: ArraySlice<UInt8>, in rest: inout Rect, on surface: inout Surface) {
    let text = DetailText(bytes: payload, outline: nil)
    guard var cursor = DetailCursor(text, width: rest.size.columns, at: .max) else {
      _ = rest.takeBottom(1)
      return
    }
    while cursor.next() {}
    payload.withUnsafeBytes { bytes in
      repeat {
        cursor.rows.draw(
          row: cursor.row,
          of: bytes,
          in: rest.takeBottom(1),
          on: &surface,
          escapesBackslash: true,
          theme: look.theme,
          highlight: []
        )
      } while !rest.isEmpty && cursor.previous()
    }
  }
}
