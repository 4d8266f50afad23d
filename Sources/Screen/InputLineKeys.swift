extension InputLine {
  /// Does what readline does for a key; false, and nothing done, when it is no editing key (Enter, Tab, function keys) or
  /// has nothing to act on that another layer would not use better: Up on the first line, ^D in an empty text.
  package mutating func apply(_ key: Key) -> Bool {
    let modifiers = key.modifiers.subtracting(.shift)
    if modifiers == .control { return applyControl(key.code) }
    if modifiers == .meta { return applyMeta(key.code) }
    guard modifiers.isEmpty else { return false }
    switch key.code {
    case .character(let character): insert(String(character))
    case .backspace: backspace()
    case .delete: deleteForward()
    case .left: left()
    case .right: right()
    case .home: home()
    case .end: end()
    case .up: return up()
    case .down: return down()
    default: return false
    }
    return true
  }

  private mutating func applyControl(_ code: Key.Code) -> Bool {
    switch code {
    case .character("a"): home()
    case .character("e"): end()
    case .character("b"): left()
    case .character("f"): right()
    case .character("h"): backspace()
    case .character("d"):
      guard !isEmpty else { return false }
      deleteForward()
    case .character("k"): killToEnd()
    case .character("u"): killToStart()
    case .character("w"): killBlankWordBack()
    case .character("y"): yank()
    case .character("t"): transpose()
    case .character("_"), .character("/"): undo()
    case .left: wordLeft()
    case .right: wordRight()
    case .backspace: killWordBack()
    case .delete: killWordForward()
    default: return false
    }
    return true
  }

  private mutating func applyMeta(_ code: Key.Code) -> Bool {
    switch code {
    case .character("b"), .left: wordLeft()
    case .character("f"), .right: wordRight()
    case .character("d"), .delete: killWordForward()
    case .character("y"): yankPop()
    case .backspace: killWordBack()
    default: return false
    }
    return true
  }
}
