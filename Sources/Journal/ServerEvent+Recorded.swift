import Wire

extension ServerEvent {
  /// What an event of a recording is called, and when it happened; nil for what has tables of its own.
  var recorded: (kind: String, time: Timestamp)? {
    switch self {
    case .listening, .messages: nil
    case .connected(_, let time): ("connected", time)
    case .disconnected(_, _, _, let time): ("disconnected", time)
    case .dropped(_, let time): ("dropped", time)
    case .refused(_, let time): ("refused", time)
    case .failure(_, _, let time): ("failure", time)
    case .recordingFailed(_, let time): ("recording", time)
    case .stopping(_, let time): ("stopping", time)
    case .stopped(_, let time): ("stopped", time)
    }
  }
}
