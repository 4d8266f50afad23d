import Screen

/// The commands that a screen takes as words; its help and its completion are made from it.
struct CommandTable<Action: Sendable>: Sendable {
  struct Entry: Sendable {
    let name: String
    /// What follows the name, as the help shows it; empty when nothing may.
    let arguments: String
    /// Words that may come first of them.
    let choices: [String]
    /// Words that may come second.
    let moreChoices: [String]
    let help: String
    let action: Action

    init(
      _ name: String,
      _ arguments: String = "",
      choices: [String] = [],
      moreChoices: [String] = [],
      action: Action,
      help: String
    ) {
      self.name = name
      self.arguments = arguments
      self.choices = choices
      self.moreChoices = moreChoices
      self.help = help
      self.action = action
    }

    /// Whether something may follow one of the choices.
    var goesOn: Bool { arguments.contains(" ") }

    /// The command as the help shows it.
    var usage: String { arguments.isEmpty ? name : "\(name) \(arguments)" }
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
    let argument = words.count > 1 ? String(words[1].drop { $0 == " " }) : ""
    let entry = try entry(named: words.first.map(String.init) ?? "")
    guard argument.isEmpty || !entry.arguments.isEmpty else { throw .needsNothing(entry.name) }
    return (entry.action, argument)
  }

  /// The command of a name, or of the beginning of only one.
  func entry(named name: String) throws(Failure) -> Entry {
    let candidates = name.isEmpty ? [] : candidates(for: name)
    guard let entry = entries.first(where: { $0.name == name }) ?? (candidates.count == 1 ? candidates[0] : nil)
    else { throw candidates.isEmpty ? .unknown(name) : .ambiguous(name, candidates.map(\.name)) }
    return entry
  }

  /// The commands whose names begin so.
  func candidates(for beginning: String) -> [Entry] { entries.filter { $0.name.hasPrefix(beginning) } }

  /// The words that may stand where the line ends: names of commands, or what may follow the one that is there.
  func continuations(of line: String) -> [String] {
    guard let blank = line.firstIndex(of: " ") else { return candidates(for: line).map(\.name) }
    guard let entry = try? entry(named: String(line[..<blank])) else { return [] }
    let words = line[blank...].dropFirst().split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, entry.choices.contains(String(words[0])) else {
      return words.count > 1 ? [] : entry.choices.filter { $0.hasPrefix(words.first ?? "") }
    }
    return entry.moreChoices.filter { $0.hasPrefix(words[1]) }
  }

  /// The line with its last word completed as far as only one way goes on; nil when there is nothing to add.
  func completion(of line: String) -> String? {
    let words = continuations(of: line)
    guard let first = words.first else { return nil }
    let start = line.lastIndex(of: " ").map { line.index(after: $0) } ?? line.startIndex
    let common = words.dropFirst().reduce(first[...]) { $0.commonPrefix(with: $1) }
    let name = start > line.startIndex ? String(line.prefix { $0 != " " }) : first
    let entry = try? entry(named: name)
    let isFollowed = start > line.startIndex ? entry?.goesOn == true : entry?.arguments.isEmpty == false
    let completed = "\(line[..<start])\(common)\(words.count == 1 && isFollowed ? " " : "")"
    return completed == line ? nil : completed
  }

  /// The rows of the help; `sign` is what a command begins with.
  func helpEntries(title: String, sign: String) -> [HelpTable.Entry] {
    [.heading(title)]
      + entries.map { HelpTable.Entry("\(sign)\($0.usage)", $0.help) }
  }
}

extension StringProtocol {
  fileprivate func commonPrefix(with other: some StringProtocol) -> SubSequence {
    prefix(zip(self, other).prefix { $0 == $1 }.count)
  }
}

/// What is wrong with a command that was understood, as a sentence.
struct CommandProblem: Error, Hashable {
  let text: String

  init(_ text: String) { self.text = text }
}
