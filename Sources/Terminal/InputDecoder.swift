package import Screen

/// Makes events of the bytes that a terminal sends, wherever they are split.
///
/// Understood: UTF-8, control characters, ESC as Meta, the keys of VT220, xterm (modifiers as in `CSI 1;5A`), rxvt and the
/// Linux console, `CSI u` keys, bracketed paste (mode 2004), SGR mouse (1006) and focus (1004) reports. Every other
/// sequence (ECMA-48), and what is no UTF-8, is swallowed whole: it is never typed as text.
package struct InputDecoder: Sendable {
  /// How long a lone ESC (or the beginning of a sequence that could be a Meta key) waits for what may follow it.
  package static let escapeTimeout = Duration.milliseconds(25)
  /// How long a sequence that can be nothing else waits for its end.
  package static let sequenceTimeout = Duration.milliseconds(500)
  /// How long a paste whose end mark got lost waits for more.
  package static let pasteTimeout = Duration.seconds(2)
  private enum State: Hashable {
    case ground, escape, controlSequence, singleShift, consoleFunction, paste
    /// An operating system command, device control or application program string.
    case string(introducer: UInt8, isEmpty: Bool)
    /// An ESC in such a string: the beginning of its end, or of something else.
    case stringEscape
    /// The three bytes of a mouse report in the old encoding.
    case oldMouse(left: Int)
  }

  private static let maximumParameters = 64
  private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

  private var state = State.ground
  /// An ESC came before what is being decoded.
  private var isMeta = false
  private var parameters: [UInt8] = []
  /// The beginning of a character: its bits so far, the bytes to come, and the least value that is not overlong.
  private var scalar: (bits: UInt32, left: Int, least: UInt32) = (0, 0, 0)
  private var pasted: [UInt8] = []
  /// Bytes of the end mark that came last in a paste.
  private var matched = 0
  private var events: [InputEvent] = []
  private let maximumPaste: Int

  /// A paste of more than `maximumPaste` bytes arrives as several.
  package init(maximumPaste: Int = 8 << 20) { self.maximumPaste = max(1, maximumPaste) }

  /// How long to wait for more before `timeOut` says what there is; nil when nothing is pending.
  package var pendingTimeout: Duration? {
    switch state {
    case .ground: nil
    case .paste: InputDecoder.pasteTimeout
    case .escape: InputDecoder.escapeTimeout
    case .controlSequence, .singleShift:
      parameters.isEmpty ? InputDecoder.escapeTimeout : InputDecoder.sequenceTimeout
    case .string(_, let isEmpty): isEmpty ? InputDecoder.escapeTimeout : InputDecoder.sequenceTimeout
    case .consoleFunction, .oldMouse, .stringEscape: InputDecoder.sequenceTimeout
    }
  }

  /// The events that these bytes complete.
  package mutating func decode(_ bytes: some Collection<UInt8>) -> [InputEvent] {
    var rest = Array(bytes)[...]
    while let byte = rest.first {
      if state == .paste, matched == 0 {
        let run = rest.prefix { $0 != 0x1B }
        pasted += run
        rest = rest[run.endIndex...]
        boundPaste()
        if rest.isEmpty { break }
        matched = 1
        rest.removeFirst()
      } else {
        rest.removeFirst()
        take(byte)
      }
    }
    return takeEvents()
  }

  /// Nothing more came in time: the events of what was pending. An ESC was the Escape key, a paste is whole; the rest of
  /// an unfinished sequence is dropped.
  package mutating func timeOut() -> [InputEvent] {
    switch state {
    case .ground: break
    case .escape:
      if isMeta { emit(.escape) }
      emit(.escape)
    case .controlSequence where parameters.isEmpty: emitMeta("[")
    case .singleShift where parameters.isEmpty: emitMeta("O")
    case .string(let introducer, true): emitMeta(Character(Unicode.Scalar(introducer)))
    case .paste: endPaste(InputDecoder.pasteEnd[..<matched])
    case .controlSequence, .singleShift, .consoleFunction, .string, .stringEscape, .oldMouse: break
    }
    reset()
    return takeEvents()
  }

  private mutating func takeEvents() -> [InputEvent] {
    defer { events = [] }
    return events
  }

  private mutating func reset() {
    state = .ground
    isMeta = false
    parameters.removeAll(keepingCapacity: true)
  }

  private mutating func emit(_ code: Key.Code, _ modifiers: Key.Modifiers = []) {
    events.append(.key(Key(code, modifiers)))
  }

  private mutating func emitMeta(_ character: Character) {
    if isMeta { emit(.escape) }
    emit(.character(character), .meta)
  }

  private mutating func take(_ byte: UInt8) {
    switch state {
    case .ground: takeGround(byte)
    case .escape: takeEscape(byte)
    case .controlSequence: takeControlSequence(byte)
    case .singleShift: takeSingleShift(byte)
    case .consoleFunction: takeConsoleFunction(byte)
    case .string(let introducer, _): takeString(byte, introducer)
    case .stringEscape:
      reset()
      guard byte != UInt8(ascii: "\\") else { return }
      state = .escape
      takeEscape(byte)
    case .oldMouse(let left): if left > 1 { state = .oldMouse(left: left - 1) } else { reset() }
    case .paste: takePasteEnd(byte)
    }
  }
}

// MARK: Characters

extension InputDecoder {
  private mutating func takeGround(_ byte: UInt8) {
    if byte & 0xC0 == 0x80 {
      takeContinuation(byte)
      return
    }
    if scalar.left > 0 {
      scalar.left = 0
      isMeta = false
    }
    switch byte {
    case 0x1B:
      isMeta = false
      state = .escape
    case 0..<0x20, 0x7F: takeControl(byte)
    case 0x20..<0x7F: finish(UInt32(byte))
    case 0xC2...0xDF: scalar = (UInt32(byte & 0x1F), 1, 0x80)
    case 0xE0...0xEF: scalar = (UInt32(byte & 0x0F), 2, 0x800)
    case 0xF0...0xF4: scalar = (UInt32(byte & 0x07), 3, 0x10000)
    default: isMeta = false
    }
  }

  private mutating func takeContinuation(_ byte: UInt8) {
    guard scalar.left > 0 else {
      isMeta = false
      return
    }
    scalar.bits = scalar.bits << 6 | UInt32(byte & 0x3F)
    scalar.left -= 1
    guard scalar.left == 0 else { return }
    if scalar.bits >= scalar.least { finish(scalar.bits) } else { isMeta = false }
  }

  /// A whole character; the control characters of ISO 8859 (C1) are nobody's keys.
  private mutating func finish(_ value: UInt32) {
    if let scalar = Unicode.Scalar(value), !(0x80..<0xA0).contains(value) {
      emit(.character(Character(scalar)), isMeta ? .meta : [])
    }
    isMeta = false
  }

  private mutating func takeControl(_ byte: UInt8) {
    let meta: Key.Modifiers = isMeta ? .meta : []
    isMeta = false
    switch byte {
    case 0x08, 0x7F: emit(.backspace, meta)
    case 0x09: emit(.tab, meta)
    case 0x0A, 0x0D: emit(.enter, meta)
    case 0x01...0x1A: emit(.character(Character(Unicode.Scalar(byte | 0x60))), [.control, meta])
    default: emit(.character(Character(Unicode.Scalar(byte | 0x40))), [.control, meta])
    }
  }
}

// MARK: Sequences

extension InputDecoder {
  private mutating func takeEscape(_ byte: UInt8) {
    switch byte {
    case 0x1B:
      if isMeta { emit(.escape) }
      isMeta = true
    case UInt8(ascii: "["): state = .controlSequence
    case UInt8(ascii: "O"): state = .singleShift
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"):
      state = .string(introducer: byte, isEmpty: true)
    default:
      if isMeta { emit(.escape) }
      state = .ground
      isMeta = true
      takeGround(byte)
    }
  }

  /// What ends a sequence early: true if the byte was that. CAN and SUB end it alone (ECMA-48 8.3); ESC begins another.
  private mutating func takeInterruption(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x18, 0x1A: reset()
    case 0x1B:
      reset()
      state = .escape
    case 0..<0x20, 0x7F...0xFF:
      reset()
      takeGround(byte)
    default: return false
    }
    return true
  }

  private mutating func takeControlSequence(_ byte: UInt8) {
    if takeInterruption(byte) { return }
    switch byte {
    case UInt8(ascii: "[") where parameters.isEmpty: state = .consoleFunction
    case UInt8(ascii: "$") where parameters.first.map { $0 < 0x3A } ?? false: endControlSequence(byte)
    case 0x20..<0x40: addParameter(byte)
    case UInt8(ascii: "M") where parameters.isEmpty: state = .oldMouse(left: 3)
    default: endControlSequence(byte)
    }
  }

  /// More than any key has makes a sequence that means nothing: a blank is no parameter's.
  private mutating func addParameter(_ byte: UInt8) {
    guard parameters.count <= InputDecoder.maximumParameters else { return }
    parameters.append(parameters.count < InputDecoder.maximumParameters ? byte : 0x20)
  }

  private mutating func endControlSequence(_ final: UInt8) {
    let sequence = ControlSequence(parameters: parameters, final: final)
    let meta: Key.Modifiers = isMeta ? .meta : []
    reset()
    if sequence.isPasteStart {
      state = .paste
      matched = 0
    } else if let event = sequence.event(meta) {
      events.append(event)
    }
  }

  private mutating func takeSingleShift(_ byte: UInt8) {
    if takeInterruption(byte) { return }
    guard byte >= 0x40 else {
      addParameter(byte)
      return
    }
    let key = ControlSequence(parameters: parameters, final: byte).singleShiftKey(isMeta ? .meta : [])
    reset()
    if let key { events.append(.key(key)) }
  }

  /// `CSI [ A` to `CSI [ E`: F1 to F5 of the Linux console.
  private mutating func takeConsoleFunction(_ byte: UInt8) {
    if takeInterruption(byte) { return }
    let meta: Key.Modifiers = isMeta ? .meta : []
    reset()
    if (0x41...0x45).contains(byte) { emit(.function(Int(byte) - 0x40), meta) }
  }

  /// Ends with BEL or with ST (`ESC \`).
  private mutating func takeString(_ byte: UInt8, _ introducer: UInt8) {
    switch byte {
    case 0x07, 0x18, 0x1A: reset()
    case 0x1B: state = .stringEscape
    default: state = .string(introducer: introducer, isEmpty: false)
    }
  }
}

// MARK: Paste

extension InputDecoder {
  private mutating func takePasteEnd(_ byte: UInt8) {
    guard byte == InputDecoder.pasteEnd[matched] else {
      pasted += InputDecoder.pasteEnd[..<matched]
      matched = byte == 0x1B ? 1 : 0
      if matched == 0 { pasted.append(byte) }
      boundPaste()
      return
    }
    matched += 1
    guard matched == InputDecoder.pasteEnd.count else { return }
    endPaste([])
    reset()
  }

  private mutating func endPaste(_ rest: ArraySlice<UInt8>) {
    pasted += rest
    boundPaste()
    events.append(.paste(pasted))
    pasted = []
    matched = 0
  }

  private mutating func boundPaste() {
    while pasted.count >= maximumPaste {
      events.append(.paste(Array(pasted[..<maximumPaste])))
      pasted.removeFirst(maximumPaste)
    }
  }
}
