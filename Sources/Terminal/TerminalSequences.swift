import CNcurses

/// What is written to a terminal besides the pictures: terminfo's strings where it has one, DEC private modes where not.
struct TerminalSequences: Sendable {
  /// Clicks and drags (1000, 1002), as SGR reports (1006).
  static let mouseOn = Array("\u{1B}[?1000h\u{1B}[?1002h\u{1B}[?1006h".utf8)
  static let mouseOff = Array("\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?1000l".utf8)
  /// Pastes in brackets (2004), and reports of the terminal's focus (1004).
  private static let reportsOn = Array("\u{1B}[?2004h\u{1B}[?1004h".utf8)
  private static let reportsOff = Array("\u{1B}[?1004l\u{1B}[?2004l".utf8)

  /// It has an alternate screen: one that has none is too old to ignore sequences that it does not know.
  let isModern: Bool
  let entering: [UInt8]
  /// The same for a terminal that most likely is on the alternate screen: to save the cursor once more (1049) would lose
  /// where it stood on the main one.
  let resuming: [UInt8]
  /// In this order: mouse off, paste and focus off, colours and keypad as they were, cursor on, main screen. It begins with CAN, which
  /// ends whatever sequence a crash may have cut. Some terminals restore a hidden cursor with the main screen: it is shown
  /// once more.
  let leaving: [UInt8]
  /// Around a frame, so that no half of it shows: synchronized output (mode 2026). Empty for terminals that are not modern.
  let frameBegin: [UInt8]
  let frameEnd: [UInt8]

  /// For the terminal that ncurses has been started with.
  init() {
    let alternateOn = TerminalSequences.capability("smcup")
    let alternateOff = TerminalSequences.capability("rmcup")
    let clear = TerminalSequences.capability("clear")
    isModern = !alternateOn.isEmpty
    frameBegin = isModern ? Array("\u{1B}[?2026h".utf8) : []
    frameEnd = isModern ? Array("\u{1B}[?2026l".utf8) : []
    let modes = TerminalSequences.capability("smkx") + TerminalSequences.reportsOn
    let cursorOn = TerminalSequences.capability("cnorm")
    entering = alternateOn + modes + clear
    let savesCursor = String(decoding: alternateOn, as: UTF8.self).contains("[?1049h")
    resuming = (savesCursor ? Array("\u{1B}[?1047h".utf8) : alternateOn) + modes + clear
    leaving =
      [0x18] + frameEnd + TerminalSequences.mouseOff + TerminalSequences.reportsOff
      + TerminalSequences.capability("sgr0") + TerminalSequences.capability("op")
      + TerminalSequences.capability("rmkx") + cursorOn + (isModern ? alternateOff : clear) + cursorOn
  }

  private static func capability(_ name: String) -> [UInt8] {
    var bytes = [CChar](repeating: 0, count: 256)
    let count = cncurses_capability(name, &bytes, CInt(bytes.count))
    return bytes[..<Int(count)].map(UInt8.init(bitPattern:))
  }
}
