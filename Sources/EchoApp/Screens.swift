import Echo
import Terminal

/// The choice between a screen and plain mode.
enum Screens {
  /// Whether there is to be a screen; says why not when somebody at a terminal would wonder.
  static func areWanted(isPlain: Bool, program: String) -> Bool {
    if isPlain { return false }
    guard let obstacle = Terminal.obstacle() else { return true }
    if StandardOutput().isTerminal { StandardError.writeLine("\(program): plain mode, because \(obstacle)") }
    return false
  }

  /// Refuses what would say nothing: plain mode's options, where there is a screen.
  static func refuse(isQuiet: Bool, format: OutputFormat) throws(Failure) {
    let given = isQuiet ? "--quiet" : format == .json ? "--format json" : nil
    if let given { throw Failure(.usage, "\(given) is of plain mode: add --no-tui") }
  }
}
