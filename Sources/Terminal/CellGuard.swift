import CNcurses
import Screen

/// Makes ncurses cells of a row of a surface, and lets nothing through that libc gives another width than the surface does:
/// ncurses goes by libc, and the rest of the row would be out of place.
struct CellGuard {
  let isUTF8: Bool

  private var replacement: UInt32 { isUTF8 ? 0xFFFD : 0x3F }

  /// Puts cells that fill exactly `columns` columns in `cells`; blanks stand where the row is shorter.
  func fill(_ cells: inout [cncurses_cell], from row: ArraySlice<Cell>, columns: Int) {
    cells.removeAll(keepingCapacity: true)
    var column = 0
    while column < columns {
      let index = row.startIndex + column
      guard index < row.endIndex else {
        cells.append(plain(0x20, .plain))
        column += 1
        continue
      }
      let cell = row[index]
      let fits = cell.width == 1 || (cell.width == 2 && column + 2 <= columns)
      if fits, cncurses_width(cell.scalars[0]) == Int32(cell.width) {
        cells.append(checked(cell))
      } else if cell.width == 2, fits {
        cells.append(plain(replacement, cell.style))
        cells.append(plain(0x20, cell.style))
      } else {
        cells.append(plain(cell.isContinuation ? 0x20 : replacement, cell.style))
      }
      column += fits ? Int(cell.width) : 1
    }
  }

  /// The cell with those of its marks that are marks to libc as well.
  private func checked(_ cell: Cell) -> cncurses_cell {
    var result = plain(cell.scalars[0], cell.style)
    result.width = cell.width
    guard cell.scalars[1] != 0 else { return result }
    var marks = (1...Cell.maximumMarks).map { cell.scalars[$0] }
    marks.removeAll { $0 == 0 || cncurses_width($0) != 0 }
    marks += [0, 0, 0]
    result.scalars = (cell.scalars[0], marks[0], marks[1], marks[2])
    return result
  }

  private func plain(_ scalar: UInt32, _ style: Style) -> cncurses_cell {
    cncurses_cell(
      scalars: (scalar, 0, 0, 0),
      width: 1,
      attributes: style.attributes.rawValue,
      foreground: CellGuard.number(style.foreground),
      background: CellGuard.number(style.background)
    )
  }

  private static func number(_ color: Color) -> Int16 {
    switch color {
    case .default: -1
    case .indexed(let index): Int16(index)
    }
  }
}
