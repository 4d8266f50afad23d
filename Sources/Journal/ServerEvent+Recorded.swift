import Wire

extension ServerEvent {
  /// What an event of a recording is called, when it happened and with whom; nil for what has tables of its own.
  var recorded: (kind: String, time: Timestamp, peer: Peer?)? {
    switch self {
    case .listening, .messages: nil
    case .connected(let peer, let time): ("connected", time, peer)
    case .disconnected(let peer, _, _, let time): ("disconnected", time, peer)
    case .dropped(_, let time): ("dropped", time, nil)
    case .refused(_, let time): ("refused", time, nil)
    case .failure(_, let peer, let time): ("failure", time, peer)
    case .recording(_, .started, let time): ("recording_started", time, nil)
    case .recording(_, .rotated, let time): ("recording_rotated", time, nil)
    case .recordingFailed(_, let time): ("recording", time, nil)
    case .stopping(.message(let peer), let time): ("stopping", time, peer)
    case .stopping(.asked, let time), .stopping(.recordingFailed, let time): ("stopping", time, nil)
    case .stopped(_, let time): ("stopped", time, nil)
    }
  }
}
