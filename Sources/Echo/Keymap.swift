import Screen

/// Which key does what; the help and the hints are made from it, so that they can't say anything else.
struct Keymap<Action: Sendable>: Sendable {
  struct Binding: Sendable {
    let keys: [Key]
    let action: Action
    let help: String
    /// A word for the hints row; nil keeps it out of there.
    let hint: String?

    init(_ keys: Key..., action: Action, help: String, hint: String? = nil) {
      self.keys = keys
      self.action = action
      self.help = help
      self.hint = hint
    }
  }

  struct Section: Sendable {
    let title: String
    let bindings: [Binding]
  }

  let sections: [Section]
  private let actions: [Key: Action]

  init(_ sections: [Section]) {
    self.sections = sections
    var actions: [Key: Action] = [:]
    for binding in sections.flatMap(\.bindings) {
      for key in binding.keys { actions[key] = binding.action }
    }
    self.actions = actions
  }

  func action(for key: Key) -> Action? { actions[key] }

  /// The rows of the help; `more` are keys that a widget handles by itself.
  func helpEntries(more: [HelpTable.Entry] = []) -> [HelpTable.Entry] {
    var entries: [HelpTable.Entry] = []
    for section in sections {
      entries.append(.heading(section.title))
      for binding in section.bindings {
        entries.append(HelpTable.Entry(binding.keys.map(\.label).joined(separator: " "), binding.help))
      }
    }
    return entries + more
  }

  /// Keys and words for the hints row, in the order of the bindings.
  var hints: [(key: String, word: String)] {
    sections.flatMap(\.bindings).compactMap { binding in
      guard let word = binding.hint, let key = binding.keys.first else { return nil }
      return (key.label, word)
    }
  }
}

extension Keymap where Action: Equatable {
  /// The first of an action's keys, as the help names it.
  func label(of action: Action) -> String? {
    sections.lazy.flatMap(\.bindings).first { $0.action == action }?.keys.first?.label
  }
}

extension Key {
  /// The key as the help names it: `^D`, `M-u`, `PgUp`.
  var label: String {
    var name =
      switch code {
      case .character(" "): "Space"
      case .character(let character): modifiers.contains(.control) ? character.uppercased() : String(character)
      case .enter: "Enter"
      case .tab: "Tab"
      case .escape: "Esc"
      case .backspace: "BS"
      case .delete: "Del"
      case .insert: "Ins"
      case .up: "Up"
      case .down: "Down"
      case .left: "Left"
      case .right: "Right"
      case .home: "Home"
      case .end: "End"
      case .pageUp: "PgUp"
      case .pageDown: "PgDn"
      case .function(let number): "F\(number)"
      }
    if modifiers.contains(.shift) { name = "S-\(name)" }
    if modifiers.contains(.control) { name = "^\(name)" }
    if modifiers.contains(.meta) { name = "M-\(name)" }
    return name
  }
}
