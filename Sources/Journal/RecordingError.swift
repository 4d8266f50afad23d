/// Why there is no recording, or none any more.
package enum RecordingError: Error, Hashable, Sendable {
  /// What stands at the path is nothing to record to.
  case unsuitable(reason: String)
  /// Another program records to the file.
  case inUse
  /// The system, or SQLite, could not do what was asked.
  case failed(reason: String)

  package var reason: String {
    switch self {
    case .unsuitable(let reason), .failed(let reason): reason
    case .inUse: "another program records to it"
    }
  }
}
