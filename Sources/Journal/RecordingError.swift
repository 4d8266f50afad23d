package import Wire

/// Why there is no recording, or none any more.
package enum RecordingError: Error, Hashable, Sendable {
  /// Nothing stands at the path of what is to be read.
  case missing
  /// What stands at the path is nothing to record to, or to read.
  case unsuitable(reason: String)
  /// Others could put something else in the file's place, because of this folder.
  case exposed(folder: String, FolderDanger)
  /// Another program records to the file.
  case inUse
  /// The system, or SQLite, could not do what was asked.
  case failed(reason: String)

  package var reason: String {
    switch self {
    case .missing: "it does not exist"
    case .unsuitable(let reason), .failed(let reason): reason
    case .exposed: "others could put something else in its place"
    case .inUse: "another program records to it"
    }
  }

  static let foreign = RecordingError.unsuitable(reason: "it is something else than a recording")
  static let active = RecordingError.unsuitable(reason: "it has triggers or indices of its own")
  static let forbidden = RecordingError.unsuitable(reason: "not permitted")
  static let exchanged = RecordingError.unsuitable(reason: "it was changed meanwhile")
  static let irregular = RecordingError.unsuitable(reason: "it is no regular file")
  static let linked = RecordingError.unsuitable(reason: "it is a symbolic link, and none is followed")
  static let lost = RecordingError.failed(reason: "the file, or its -wal, was moved, replaced or removed")
  static let damaged = RecordingError.failed(reason: "it is damaged")

  /// What stands where SQLite would put something, with this at the end of its name.
  static func misplaced(_ suffix: String) -> RecordingError {
    .unsuitable(reason: "something that is not its own stands beside it, with \(suffix) at the end of its name")
  }
}
