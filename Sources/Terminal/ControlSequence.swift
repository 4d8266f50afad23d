import Screen

/// A whole control sequence (ECMA-48 5.4) from the terminal: `CSI`, parameters, final byte. `SS3` keys have the same shape.
struct ControlSequence {
  private let parameters: [UInt8]
  private let final: UInt8

  /// `parameters` may hold anything from 0x20 to 0x3F: what makes no sense makes no event.
  init(parameters: [UInt8], final: UInt8) {
    self.parameters = parameters
    self.final = final
  }

  var isPasteStart: Bool { final == UInt8(ascii: "~") && parameters == Array("200".utf8) }

  /// What it says; `meta` is added to a key's modifiers.
  func event(_ meta: Key.Modifiers) -> InputEvent? {
    switch final {
    case UInt8(ascii: "I") where parameters.isEmpty: .focus(true)
    case UInt8(ascii: "O") where parameters.isEmpty: .focus(false)
    case UInt8(ascii: "M"), UInt8(ascii: "m"): mouse.map { .mouse($0) }
    default: key(meta).map { .key($0) }
    }
  }

  /// The keys of `SS3`: cursor and function keys, the keypad in its application mode.
  func singleShiftKey(_ meta: Key.Modifiers) -> Key? {
    guard let numbers = numbers(parameters[...]) else { return nil }
    let modifiers = ControlSequence.modifiers(numbers.last ?? 0).union(meta)
    if let code = ControlSequence.letterKeys[final] { return Key(code, modifiers) }
    switch final {
    case UInt8(ascii: "a")...UInt8(ascii: "d"):
      return ControlSequence.letterKeys[final - 0x20].map { Key($0, modifiers.union(.control)) }
    case UInt8(ascii: "M"): return Key(.enter, modifiers)
    case UInt8(ascii: "X"): return Key(.character("="), modifiers)
    case UInt8(ascii: "j")...UInt8(ascii: "y"):
      return Key(.character(Character(Unicode.Scalar(final - 0x40))), modifiers)
    default: return nil
    }
  }

  private func key(_ meta: Key.Modifiers) -> Key? {
    guard let numbers = numbers(parameters[...]) else { return nil }
    let first = numbers.first ?? 0
    let modifiers = ControlSequence.modifiers(numbers.count > 1 ? numbers[1] : 0).union(meta)
    switch final {
    case UInt8(ascii: "~"):
      if first == 27, numbers.count == 3 { return ControlSequence.characterKey(numbers[2], modifiers) }
      return ControlSequence.numberKeys[first].map { Key($0, modifiers) }
    case UInt8(ascii: "^"): return ControlSequence.numberKeys[first].map { Key($0, modifiers.union(.control)) }
    case UInt8(ascii: "$"): return ControlSequence.numberKeys[first].map { Key($0, modifiers.union(.shift)) }
    case UInt8(ascii: "@"):
      return ControlSequence.numberKeys[first].map { Key($0, modifiers.union([.control, .shift])) }
    case UInt8(ascii: "u"): return numbers.isEmpty ? nil : ControlSequence.characterKey(first, modifiers)
    case UInt8(ascii: "Z"): return Key(.tab, modifiers.union(.shift))
    case UInt8(ascii: "a")...UInt8(ascii: "d"):
      return parameters.isEmpty
        ? ControlSequence.letterKeys[final - 0x20].map { Key($0, modifiers.union(.shift)) } : nil
    default:
      guard numbers.isEmpty || first == 1 else { return nil }
      return ControlSequence.letterKeys[final].map { Key($0, modifiers) }
    }
  }

  /// `CSI < buttons ; column ; row M` (pressed) or `m` (released), counted from 1.
  private var mouse: Mouse? {
    guard parameters.first == UInt8(ascii: "<"), let numbers = numbers(parameters.dropFirst()), numbers.count == 3
    else {
      return nil
    }
    let buttons = numbers[0]
    let point = Point(column: max(0, numbers[1] - 1), row: max(0, numbers[2] - 1))
    var modifiers: Key.Modifiers = []
    if buttons & 4 != 0 { modifiers.insert(.shift) }
    if buttons & 8 != 0 { modifiers.insert(.meta) }
    if buttons & 16 != 0 { modifiers.insert(.control) }
    let button = buttons & ~0b11100
    let action: Mouse.Action? =
      switch button {
      case 64: .wheelUp
      case 65: .wheelDown
      case 0...2: final == UInt8(ascii: "M") ? .press : .release
      case 32...34: .drag
      default: nil
      }
    return action.map { Mouse($0, at: point, modifiers: modifiers) }
  }

  /// The parameters as numbers, sub-parameters (after a colon) left out; nil if anything else is among them.
  private func numbers(_ bytes: ArraySlice<UInt8>) -> [Int]? {
    guard bytes.allSatisfy({ (0x30...0x3B).contains($0) }) else { return nil }
    guard !bytes.isEmpty else { return [] }
    return bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { field in
      field.prefix { $0 != UInt8(ascii: ":") }.reduce(0) { min($0 * 10 + Int($1) - 0x30, 0x1F_FFFF) }
    }
  }

  /// xterm's: 1 and the sum of 1 for Shift, 2 for Alt, 4 for Control, 8 for Meta.
  private static func modifiers(_ parameter: Int) -> Key.Modifiers {
    guard parameter > 1 else { return [] }
    var modifiers: Key.Modifiers = []
    if (parameter - 1) & 1 != 0 { modifiers.insert(.shift) }
    if (parameter - 1) & (2 | 8) != 0 { modifiers.insert(.meta) }
    if (parameter - 1) & 4 != 0 { modifiers.insert(.control) }
    return modifiers
  }

  /// A key told by its character's number (`CSI u`, xterm's modifyOtherKeys).
  private static func characterKey(_ value: Int, _ modifiers: Key.Modifiers) -> Key? {
    switch value {
    case 8, 127: return Key(.backspace, modifiers)
    case 9: return Key(.tab, modifiers)
    case 10, 13: return Key(.enter, modifiers)
    case 27: return Key(.escape, modifiers)
    default: break
    }
    guard value >= 0x20, !(0x7F..<0xA0).contains(value), !(0xE000..<0xF900).contains(value),
      let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init)
    else { return nil }
    var character = Character(scalar)
    let isLetter = (0x61...0x7A).contains(value) || (0x41...0x5A).contains(value)
    if isLetter, modifiers.contains(.control) {
      character = Character(Unicode.Scalar(UInt8(value | 0x20)))
    } else if isLetter, modifiers.contains(.shift) {
      character = Character(Unicode.Scalar(UInt8(value & ~0x20)))
    }
    return Key(.character(character), modifiers.subtracting(.shift))
  }

  private static let letterKeys: [UInt8: Key.Code] = [
    UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
    UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    UInt8(ascii: "P"): .function(1), UInt8(ascii: "Q"): .function(2),
    UInt8(ascii: "R"): .function(3), UInt8(ascii: "S"): .function(4),
  ]

  private static let numberKeys: [Int: Key.Code] = [
    1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
    11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5),
    17: .function(6), 18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10),
    23: .function(11), 24: .function(12), 25: .function(13), 26: .function(14), 28: .function(15), 29: .function(16),
    31: .function(17), 32: .function(18), 33: .function(19), 34: .function(20),
  ]
}
