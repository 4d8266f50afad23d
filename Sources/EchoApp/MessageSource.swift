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

  /// Hands on the messages that are there, until `body` wants no more.
  mutating func read(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Bool) throws(Failure) {
    switch self {
    case .input(var reader):
      // One owner of the line in progress, or it would be copied with every read.
      self = .script([])
      defer { self = .input(reader) }
      try reader.read(body)
    case .script(var lines):
      guard let line = lines.popLast() else { return }
      self = .script(lines)
      _ = try Array(line.utf8).withUnsafeBufferPointer { line throws(Failure) in
        try body(UnsafeRawBufferPointer(line))
      }
    }
  }
}
