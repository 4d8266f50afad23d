import Screen
import Wire

extension ServerEvent {
  /// What a line of a server's JSON tells, messages apart; nil for events that are unknown here.
  init?(_ event: String, _ object: JSONObject) throws(MonitorProblem) {
    switch event {
    case "listening": self = .listening([try object.endpoint()])
    case "connected": self = .connected(try object.peer(), at: try object.time())
    case "disconnected":
      self = .disconnected(
        try object.peer(),
        try DisconnectReason(object),
        try object.traffic(),
        at: try object.time()
      )
    case "dropped":
      guard let agent = object.string("by").flatMap(Drop.Agent.init) else { throw MonitorProblem(badMember: event) }
      self = .dropped(try object.drop(by: agent), at: try object.time())
    // The same for who watches: received, answered and counted, but not shown.
    case "lost": self = .dropped(try object.drop(by: .server), at: try object.time())
    case "refused": self = .refused(try Refusal(object), at: try object.time())
    case "failure":
      let peer = object["peer"] == nil ? nil : try object.peer()
      self = .failure(try object.systemError(), peer: peer, at: try object.time())
    case "recording_started":
      let step = RecordingStep.started(durability: try object.visible("durability"))
      self = .recording(file: try object.visible("file"), step, at: try object.time())
    case "recording_rotated":
      let step = RecordingStep.rotated(to: try object.visible("moved_to"))
      self = .recording(file: try object.visible("file"), step, at: try object.time())
    case "recording":
      self = .recordingFailed(try object.recordingFailure(), at: try object.time())
    case "stopping":
      self = .stopping(object["peer"] == nil ? .asked : .message(try object.peer()), at: try object.time())
    case "stopped": self = .stopped(try object.totals(), at: try object.time())
    default: return nil
    }
  }
}

extension DisconnectReason {
  fileprivate init(_ object: JSONObject) throws(MonitorProblem) {
    let word = object.string("reason")
    let plain: [DisconnectReason] = [.finished, .reset, .idle, .stalled, .closed, .stopping]
    if word == "failed" {
      self = .failed(try object.systemError())
    } else if let reason = plain.first(where: { $0.word == word }) {
      self = reason
    } else {
      throw MonitorProblem(badMember: "disconnected")
    }
  }
}

extension Refusal {
  fileprivate init(_ object: JSONObject) throws(MonitorProblem) {
    let count = try object.quantity("count")
    switch object.string("what") {
    case "connections": self = .connections(count: count, limit: Int(try object.quantity("limit")))
    case "stop": self = .stops(count: count, lastPeer: try object.peer())
    case "replies": self = .replies(count: count, lastPeer: try object.peer())
    default: throw MonitorProblem(badMember: "refused")
    }
  }
}
