import CVTerm
package import Screen

/// A real terminal emulator without a window (libvterm): what a program's bytes make of a screen.
package final class VirtualTerminal {
  private let terminal: OpaquePointer
  private let screen: OpaquePointer
  private let record = Record()
  /// libvterm keeps the address.
  private let callbacks: UnsafeMutablePointer<VTermScreenCallbacks>
  private let fallbacks: UnsafeMutablePointer<VTermParserCallbacks>

  package init(columns: Int, rows: Int) {
    terminal = vterm_new(CInt(rows), CInt(columns))
    screen = vterm_obtain_screen(terminal)
    callbacks = .allocate(capacity: 1)
    callbacks.initialize(to: VTermScreenCallbacks())
    callbacks.pointee.settermprop = { property, value, user in
      value.map { Record.of(user).note(property, $0.pointee) }
      return 1
    }
    callbacks.pointee.movecursor = { position, _, _, user in
      Record.of(user).cursor = Point(column: Int(position.col), row: Int(position.row))
      return 1
    }
    callbacks.pointee.bell = { user in
      Record.of(user).bells += 1
      return 1
    }
    fallbacks = .allocate(capacity: 1)
    fallbacks.initialize(to: VTermParserCallbacks())
    let user = Unmanaged.passUnretained(record).toOpaque()
    vterm_set_utf8(terminal, 1)
    vterm_screen_set_callbacks(screen, callbacks, user)
    vterm_output_set_callback(
      terminal,
      { bytes, count, user in
        guard let bytes else { return }
        Record.of(user).replies += UnsafeRawBufferPointer(start: bytes, count: count)
      },
      user
    )
    vterm_screen_enable_altscreen(screen, 1)
    vterm_screen_reset(screen, 1)
    record.replies = []
  }

  deinit {
    vterm_free(terminal)
    callbacks.deallocate()
    fallbacks.deallocate()
  }

  /// What the program wrote.
  package func feed(_ bytes: [UInt8]) {
    modes.feed(bytes)
    bytes.withUnsafeBytes { _ = vterm_input_write(terminal, $0.baseAddress, $0.count) }
  }

  package func feed(_ text: String) { feed(Array(text.utf8)) }

  package func resize(columns: Int, rows: Int) { vterm_set_size(terminal, CInt(rows), CInt(columns)) }

  package var size: Size {
    var rows: CInt = 0
    var columns: CInt = 0
    vterm_get_size(terminal, &rows, &columns)
    return Size(columns: Int(columns), rows: Int(rows))
  }

  /// Bytes that the terminal answered or would have typed: taken away by reading them.
  package func takeReplies() -> [UInt8] {
    defer { record.replies = [] }
    return record.replies
  }

  package var isAlternateScreen: Bool { record.isAlternateScreen }
  /// Whether it ever was on the alternate screen.
  package var sawAlternateScreen: Bool { record.sawAlternateScreen }
  package var isCursorVisible: Bool { record.isCursorVisible }
  package var cursor: Point { record.cursor }
  package var title: String { record.title }
  package var bells: Int { record.bells }
  /// 0 off, 1 clicks, 2 drags, 3 all motion.
  package var mouseMode: Int { record.mouseMode }
  /// The private modes (DECSET) that are on, those included that libvterm knows nothing of: 2004 is bracketed paste.
  package var privateModes: Set<Int> { modes.active }
  private var modes = PrivateModes()

  /// Whether the last frame that has begun is complete (mode 2026, synchronized output).
  package var isSettled: Bool { !modes.active.contains(2026) }

  package func text(row: Int) -> String { picture.lines[row] }

  package var lines: [String] { picture.lines }

  package func contains(_ text: String) -> Bool { picture.contains(text) }

  /// The screen as it is; libvterm 0.1 does not know dim, so no style has it.
  package var picture: Picture {
    let size = size
    var cells: [[(text: String, style: Style)]] = []
    for row in 0..<size.rows {
      cells.append((0..<size.columns).map { cell(column: $0, row: row) })
      VirtualTerminal.unifyBlanks(of: &cells[row])
    }
    return Picture(size: size, cursor: isCursorVisible ? cursor : nil) { cells[$1][$0] }
  }

  private func cell(column: Int, row: Int) -> (text: String, style: Style) {
    var cell = VTermScreenCell()
    vterm_screen_get_cell(screen, VTermPos(row: CInt(row), col: CInt(column)), &cell)
    return (VirtualTerminal.text(of: cell), VirtualTerminal.style(of: cell))
  }

  /// Gives blanks the style of what is on both sides of them, as far as that can't be seen on a blank: which one they got
  /// depends on how ncurses came to clear them.
  private static func unifyBlanks(of cells: inout [(text: String, style: Style)]) {
    var before = Style.plain
    var blanks: [Int] = []
    for index in cells.indices {
      guard cells[index].text != " " else {
        cells[index].style = cells[index].style.onBlank
        blanks.append(index)
        continue
      }
      if cells[index].style == before {
        for blank in blanks where cells[blank].style == before.onBlank { cells[blank].style = before }
      }
      before = cells[index].style
      blanks = []
    }
  }

  private static func text(of cell: VTermScreenCell) -> String {
    let scalars = withUnsafeBytes(of: cell.chars) { Array($0.bindMemory(to: UInt32.self)) }
    // The right half of a wide character.
    if scalars[0] == UInt32.max { return "" }
    if scalars[0] == 0 { return " " }
    var text = String.UnicodeScalarView()
    for value in scalars {
      guard value != 0, let scalar = Unicode.Scalar(value) else { break }
      text.append(scalar)
    }
    return String(text)
  }

  private static func style(of cell: VTermScreenCell) -> Style {
    var attributes: Style.Attributes = []
    if cell.attrs.bold != 0 { attributes.insert(.bold) }
    if cell.attrs.reverse != 0 { attributes.insert(.reverse) }
    if cell.attrs.underline != 0 { attributes.insert(.underline) }
    return Style(foreground: color(cell.fg), background: color(cell.bg), attributes: attributes)
  }

  private static func color(_ color: VTermColor) -> Color {
    let type = UInt32(color.type)
    guard type & VTERM_COLOR_DEFAULT_MASK.rawValue == 0, type & VTERM_COLOR_TYPE_MASK.rawValue != 0 else {
      return .default
    }
    return .indexed(color.indexed.idx)
  }

  /// What libvterm tells by its callbacks.
  private final class Record {
    var isAlternateScreen = false
    var sawAlternateScreen = false
    var isCursorVisible = true
    var cursor = Point(column: 0, row: 0)
    var title = ""
    var bells = 0
    var mouseMode = 0
    var replies: [UInt8] = []

    static func of(_ user: UnsafeMutableRawPointer?) -> Record {
      Unmanaged<Record>.fromOpaque(user!).takeUnretainedValue()
    }

    func note(_ property: VTermProp, _ value: VTermValue) {
      switch property {
      case VTERM_PROP_ALTSCREEN:
        isAlternateScreen = value.boolean != 0
        if isAlternateScreen { sawAlternateScreen = true }
      case VTERM_PROP_CURSORVISIBLE: isCursorVisible = value.boolean != 0
      case VTERM_PROP_TITLE: title = value.string.map { String(cString: $0) } ?? ""
      case VTERM_PROP_MOUSE: mouseMode = Int(value.number)
      default: break
      }
    }
  }
}

extension Style {
  /// What can be seen of the style on a blank, which has no strokes for a colour or a weight to show on.
  var onBlank: Style {
    var style = self
    style.attributes.formIntersection([.reverse, .underline])
    if style.attributes.isEmpty { style.foreground = .default }
    return style
  }
}

/// Finds DECSET and DECRST (`CSI ? Pm h`, `CSI ? Pm l`) in what a program writes.
private struct PrivateModes {
  private(set) var active: Set<Int> = []
  private var sequence: [UInt8] = []

  mutating func feed(_ bytes: [UInt8]) {
    for byte in bytes {
      if byte == 0x1B {
        sequence = [byte]
      } else if !sequence.isEmpty {
        sequence.append(byte)
        if sequence.count > 2, (0x40...0x7E).contains(byte) { end(byte) }
        if sequence.count == 2, byte != 0x5B { sequence = [] }
      }
    }
  }

  private mutating func end(_ final: UInt8) {
    defer { sequence = [] }
    guard sequence.count > 3, sequence[2] == 0x3F else { return }
    let modes = String(decoding: sequence[3..<(sequence.count - 1)], as: UTF8.self).split(separator: ";").compactMap {
      Int($0)
    }
    if final == 0x68 { active.formUnion(modes) }
    if final == 0x6C { active.subtract(modes) }
  }
}
