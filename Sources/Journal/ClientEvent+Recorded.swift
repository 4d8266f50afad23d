import Wire

extension ClientEvent {
  /// What an event of a client's recording is called, and when it happened; nil for what is none.
  var recorded: (kind: String, time: Timestamp)? {
    switch self {
    case .resolved, .traffic, .recording: nil
    case .resolving(_, let time): ("resolving", time)
    case .connecting(_, let time): ("connecting", time)
    case .attemptFailed(_, _, let time), .failure(_, let time): ("failure", time)
    case .connected(_, _, let time): ("connected", time)
    case .peerFinished(let time): ("closed", time)
    case .recordingFailed(_, let time): ("recording", time)
    case .ended(_, _, let time): ("finished", time)
    }
  }
}
