/// Why there is no full-screen terminal to work with.
package enum TerminalError: Error, Hashable, CustomStringConvertible {
  /// The streams or the terminal are not fit for it: what `Terminal.obstacle` says.
  case obstacle(String)
  case failed(SystemCallError)

  package var description: String {
    switch self {
    case .obstacle(let text): text
    case .failed(let error): error.description
    }
  }
}
