import Screen

/// The commands that a screen takes as words; its help and its completion are made from it.
struct CommandTable<Action: Sendable>: Sendable {
  struct Entry: Sendable {
    let name: String
    /// What follows the name, as the help shows it; empty when nothing may.
    let arguments: String
    let help: String
    let action: Action

    init(_ name: String, _ arguments: String = "", action: Action, help: String) {
      self.name = name
      self.arguments = arguments
      self.help = help
      self.action = action
    }
  }

  /// Why a line is no command.
  enum Failure: Error, Hashable {
    case unknown(String)
    /// The beginning of several names.
    case ambiguous(String, [String])
    case needsNothing(String)

    var text: String {
      switch self {
      case .unknown(let name): "there is no command \"\(Printable.text(name.utf8))\""
      case .ambiguous(let name, let names):
        "\"\(Printable.text(name.utf8))\" may be \(names.joined(separator: " or "))"
      case .needsNothing(let name): "\"\(name)\" takes nothing after it"
      }
    }
  }

  let entries: [Entry]

  init(_ entries: [Entry]) { self.entries = entries }

  /// Reads a line: a name, or the beginning of only one, and what follows it.
  func parse(_ line: String) throws(Failure) -> (action: Action, argument: String) {
    let words = line.split(separator: " ", maxSplits: 1)
    let name = words.first.map(String.init) ?? ""
    let argument = words.count > 1 ? String(words[1].drop { $0 == " " }) : ""
    let candidates = candidates(for: name)
    guard !name.isEmpty,
      let entry = entries.first(where: { $0.name == name }) ?? (candidates.count == 1 ? candidates[0] : nil)
    else { throw candidates.isEmpty ? .unknown(name) : .ambiguous(name, candidates.map(\.name)) }
    guard argument.isEmpty || !entry.arguments.isEmpty else { throw .needsNothing(entry.name) }
    return (entry.action, argument)
  }

  /// The commands whose names begin so.
  func candidates(for beginning: String) -> [Entry] { entries.filter { $0.name.hasPrefix(beginning) } }

  /// The line with its name completed as far as only one way goes on; nil when there is nothing to add.
  func completion(of line: String) -> String? {
    let candidates = candidates(for: line)
    guard let first = candidates.first else { return nil }
    if candidates.count == 1 {
      return first.name == line && first.arguments.isEmpty ? nil : first.name + (first.arguments.isEmpty ? "" : " ")
    }
    var common = first.name
    for candidate in candidates { common = String(zip(common, candidate.name).prefix { $0 == $1 }.map(\.0)) }
    return common == line ? nil : common
  }

  /// The rows of the help; `sign` is what a command begins with.
  func helpEntries(title: String, sign: String) -> [HelpTable.Entry] {
    [.heading(title)]
      + entries.map { HelpTable.Entry("\(sign)\($0.name)\($0.arguments.isEmpty ? "" : " \($0.arguments)")", $0.help) }
  }
}
