/// What a user decides about a recording.
package struct RecordingSettings: Hashable, Sendable {
  /// When a message counts as recorded.
  package enum Durability: String, Hashable, Sendable, CaseIterable {
    /// Written; a power cut may cost the last ones, and no receipt waits.
    case none
    /// Synced to the disk together with others.
    case group
    /// Synced to the disk one by one.
    case each
  }

  package var path: String
  package var durability = Durability.group
  /// Bytes after which another file is begun; nil is none.
  package var byteLimit: Int64?
  /// Seconds after which another file is begun; nil is none.
  package var ageLimit: Int64?

  package init(path: String) { self.path = path }
}

/// Who records, for the readers of a recording.
package struct RecordingOrigin: Hashable, Sendable {
  package var program: String
  package var version: String
  package var framing: String
  package var reply: String

  package init(program: String, version: String, framing: String, reply: String) {
    self.program = program
    self.version = version
    self.framing = framing
    self.reply = reply
  }
}
