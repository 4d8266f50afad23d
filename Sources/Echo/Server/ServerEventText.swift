package import Wire

extension ServerEvent {
  /// What a row of the log says; nil for events that are no rows.
  package var noticeText: String? {
    switch self {
    case .listening, .messages, .stopped: nil
    case .connected: "connected"
    case .disconnected(_, let reason, let traffic, _): reason.text(traffic)
    case .dropped(let drop, _): drop.text
    case .refused(let refusal, _): refusal.text
    case .failure(let error, _, _): "\(error.call) failed: \(error.reason)"
    case .stopping(.message, _): "sent the stop message: stopping"
    case .stopping(.asked, _): "stopping"
    case .stopping(.recordingFailed, _): "stopping: nothing can be recorded"
    case .recording(let file, let step, _): step.text(file)
    case .recordingFailed(let failure, _): failure.text
    }
  }

  /// What a recording's row says, also of the end, which is no row of a log.
  package var recordedNotice: String {
    if case .stopped(let totals, _) = self { return "stopped: \(totals.text)" }
    return noticeText ?? ""
  }

  /// Whether something went wrong.
  package var isAlert: Bool {
    switch self {
    case .listening, .messages, .connected, .recording, .stopping, .stopped: false
    case .disconnected(_, let reason, _, _): reason.abnormalText != nil
    case .dropped, .refused, .failure, .recordingFailed: true
    }
  }

  /// Whose row it is and when it happened; nil for events that are no rows.
  var noticeOrigin: (peer: Peer?, time: Timestamp)? {
    switch self {
    case .listening, .messages, .stopped: nil
    case .connected(let peer, let time), .disconnected(let peer, _, _, let time): (peer, time)
    case .dropped(_, let time), .refused(_, let time): (nil, time)
    case .failure(_, let peer, let time): (peer, time)
    case .stopping(.message(let peer), let time): (peer, time)
    case .stopping(.asked, let time), .stopping(.recordingFailed, let time): (nil, time)
    case .recording(_, _, let time), .recordingFailed(_, let time): (nil, time)
    }
  }
}

extension DisconnectReason {
  /// The word of JSON output.
  var word: String {
    switch self {
    case .finished: "finished"
    case .reset: "reset"
    case .idle: "idle"
    case .stalled: "stalled"
    case .closed: "closed"
    case .stopping: "stopping"
    case .failed: "failed"
    }
  }

  /// What to tell people of an end that is not the usual one.
  var abnormalText: String? {
    switch self {
    case .finished, .stopping, .closed: nil
    case .reset: "reset by peer"
    case .idle: "idle for too long"
    case .stalled: "does not take its receipts"
    case .failed(let error): "\(error.call): \(error.reason)"
    }
  }

  /// The end of a connection as a row of the log.
  func text(_ traffic: Traffic) -> String {
    let counts = "\(Figures.quantity(traffic.messages, "message")), \(Figures.bytes(traffic.bytesReceived))"
    let how =
      switch self {
      case .finished: "closed by peer"
      case .closed: "closed by us"
      case .stopping: "closed: the server stops"
      case .reset, .idle, .stalled, .failed: abnormalText ?? word
      }
    return "\(how); \(counts)"
  }
}

extension Drop {
  var text: String {
    switch agent {
    case .kernel: return "\(Figures.quantity(count, "datagram")) dropped by the kernel: the receive buffer was full"
    case .server:
      let events = Figures.quantity(notices, "event")
      let messages = "\(Figures.quantity(count, "message")) received but not shown"
      let what = notices == 0 ? messages : count == 0 ? "\(events) not shown" : "\(messages), \(events)"
      return "\(what): the output is too slow"
    }
  }
}

extension RecordingStep {
  /// What is told of a file.
  func text(_ file: String) -> String {
    switch self {
    case .started(let durability): "recording to \(file) (durability \(durability))"
    case .rotated(let name): "\(file) was full or old: it is \(name) now, and recording goes on in a new \(file)"
    }
  }
}

extension RecordingFailure {
  /// What is told when it happens.
  var text: String {
    "recording failed: \(reason); \(endsProgram ? "nothing more is answered" : "the server goes on without it")"
  }
}

extension Refusal {
  var text: String {
    switch self {
    case .connections(_, let limit): "\(Figures.quantity(count, "connection")) refused: the limit is \(limit)"
    case .stops(1, let peer): "stop refused for \(peer)"
    case .stops(_, let peer): "\(Figures.grouped(count)) stops refused, the last for \(peer)"
    case .replies(_, let peer):
      "\(Figures.quantity(count, "datagram")) left unanswered, the last from \(peer): a reply could make a loop"
    }
  }
}

extension ServerTotals {
  /// What did not reach the reader's eyes, or anyone, whole, with a short name; drops by the kernel also where there are
  /// none.
  var losses: [(count: UInt64, name: String, isAlert: Bool)] {
    [(droppedByKernel, "drop", droppedByKernel > 0)] + limits.filter { $0.count > 0 }
  }

  /// What limits and policies did; an unterminated end is as often meant as not.
  private var limits: [(count: UInt64, name: String, isAlert: Bool)] {
    [
      (droppedByServer, "not shown", true),
      (noticesDropped, noticesDropped == 1 ? "event not shown" : "events not shown", true),
      (refused - min(refused, stopsRefused), "refused", true),
      (stopsRefused, stopsRefused == 1 ? "stop refused" : "stops refused", true), (truncated, "truncated", true),
      (idle, "idle", true), (stalled, "stalled", true), (partial, "partial", false),
      (unrecorded, "not recorded", true),
    ]
  }

  /// The line that a server leaves behind.
  var text: String {
    var parts = [
      "\(Figures.quantity(traffic.messages, "message")), \(Figures.quantity(traffic.bytesReceived, "byte")) received",
      Figures.quantity(connections, "connection"),
    ]
    if droppedByKernel > 0 { parts.append("\(Figures.grouped(droppedByKernel)) dropped by the kernel") }
    for (count, name, _) in limits where count > 0 { parts.append("\(Figures.grouped(count)) \(name)") }
    return parts.joined(separator: "; ")
  }
}
