/// What a program writes to its terminal: how many frames, and which characters show.
///
/// No picture is made of it: the characters are told from the control sequences around them, and that is all.
struct OutputScanner {
  private enum State {
    case text, escape, sequence, string
  }

  private static let escape: UInt8 = 0x1B
  /// As much text as is kept.
  private static let textBytes = 8192

  private var state = State.text
  private var parameters: [UInt8] = []
  /// Frames that began, and that are complete (synchronized output, mode 2026).
  private(set) var begunFrames = 0
  private(set) var frames = 0
  /// The newest characters that came, with a blank for each control sequence between them.
  private(set) var text: [UInt8] = []

  mutating func scan(_ bytes: [UInt8]) {
    for byte in bytes { take(byte) }
    if text.count > 2 * OutputScanner.textBytes { text.removeFirst(text.count - OutputScanner.textBytes) }
  }

  /// Only what comes from now on is looked at.
  mutating func forgetText() { text.removeAll(keepingCapacity: true) }

  func contains(_ character: Character) -> Bool { character.asciiValue.map(text.contains) ?? false }

  private mutating func take(_ byte: UInt8) {
    switch state {
    case .text:
      if byte == OutputScanner.escape {
        state = .escape
        text.append(UInt8(ascii: " "))
      } else {
        text.append(byte < 0x20 ? UInt8(ascii: " ") : byte)
      }
    case .escape:
      parameters.removeAll(keepingCapacity: true)
      switch byte {
      case UInt8(ascii: "["): state = .sequence
      case UInt8(ascii: "]"), UInt8(ascii: "P"): state = .string
      // `ESC ( B` names a character set.
      case 0x20...0x2F: break
      default: state = .text
      }
    case .sequence:
      parameters.append(byte)
      guard (0x40...0x7E).contains(byte) else { return }
      state = .text
      if parameters == Array("?2026h".utf8) { begunFrames += 1 }
      if parameters == Array("?2026l".utf8) { frames += 1 }
    case .string: if byte == 0x07 || byte == UInt8(ascii: "\\") { state = .text }
    }
  }
}
