import Terminal

/// Where the plain client's messages come from.
enum MessageSource {
  /// Standard input, a line a message.
  case input(MessageReader)
  /// Lines of our own, the next one last; each waits until the one before it is settled.
  case script([String])

  /// What to wait on; a script needs no waiting.
  var descriptor: Int32? {
    if case .input(let reader) = self { reader.descriptor } else { nil }
  }

  var isTerminal: Bool {
    if case .input(let reader) = self { reader.isTerminal } else { false }
  }

  var isScript: Bool {
    if case .script = self { true } else { false }
  }

  var isAtEnd: Bool {
    switch self {
    case .input(let reader): reader.isAtEnd
    case .script(let lines): lines.isEmpty
    }
  }

  /// Whether something was read that is behind a stop message.
  var hasRest: Bool {
    if case .input(let reader) = self { reader.hasRest } else { false }
  }

  /// Adds the messages that are there, up to a stop message.
  mutating func read(into collector: inout MessageCollector) throws(Failure) {
    switch self {
    case .input(var reader):
      // One owner of the line in progress, or it would be copied with every read.
      self = .script([])
      defer { self = .input(reader) }
      try reader.read(into: &collector)
    case .script(var lines):
      guard let line = lines.popLast() else { return }
      self = .script(lines)
      Array(line.utf8).withUnsafeBytes { collector.add($0) }
    }
  }
}
