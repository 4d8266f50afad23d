import Screen

/// The keys of every help screen.
enum HelpKeys {
  /// Scrolls the help; false when the key closes it.
  static func press(_ key: Key, _ help: inout HelpTable, size: Size) -> Bool {
    switch key {
    case Key(.up), .character("k"): help.scroll(by: -1, in: size)
    case Key(.down), .character("j"): help.scroll(by: 1, in: size)
    case Key(.pageUp), .character("b"): help.scroll(by: -help.page(in: size), in: size)
    case Key(.pageDown), .character(" "): help.scroll(by: help.page(in: size), in: size)
    case Key(.home), .character("g"): help.scroll(by: .min, in: size)
    case Key(.end), .character("G"): help.scroll(by: .max, in: size)
    default: return false
    }
    return true
  }
}
