/// One key as the user pressed it, whatever bytes the terminal sent for it.
package struct Key: Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// A character without its control modifier: `^A` is `.character("a")` with `.control`.
    case character(Character)
    case enter, tab, escape, backspace, delete, insert
    case up, down, left, right, home, end, pageUp, pageDown
    case function(Int)
  }

  package struct Modifiers: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let control = Modifiers(rawValue: 1)
    /// Alt, Option, or an ESC before the key.
    package static let meta = Modifiers(rawValue: 2)
    /// Told only of keys that have no shifted character of their own (arrows, Tab …).
    package static let shift = Modifiers(rawValue: 4)
  }

  package var code: Code
  package var modifiers: Modifiers

  package init(_ code: Code, _ modifiers: Modifiers = []) {
    self.code = code
    self.modifiers = modifiers
  }

  package static func character(_ character: Character) -> Key { Key(.character(character)) }
  package static func control(_ character: Character) -> Key { Key(.character(character), .control) }
  package static func meta(_ character: Character) -> Key { Key(.character(character), .meta) }
}

/// What comes in from the terminal.
package enum InputEvent: Hashable, Sendable {
  case key(Key)
  /// A bracketed paste, whole, as the terminal sent it: foreign bytes.
  case paste([UInt8])
  case mouse(Mouse)
  case focus(Bool)
}

/// A report of the mouse (SGR, mode 1006); the place counts from 0.
package struct Mouse: Hashable, Sendable {
  package enum Action: Hashable, Sendable { case press, release, drag, wheelUp, wheelDown }

  package var action: Action
  package var point: Point
  package var modifiers: Key.Modifiers

  package init(_ action: Action, at point: Point, modifiers: Key.Modifiers = []) {
    self.action = action
    self.point = point
    self.modifiers = modifiers
  }
}
