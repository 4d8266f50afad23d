package import Wire

/// A message of a recording, as it is to be sent again.
package struct ReplayMessage: Hashable, Sendable {
  /// Its number in the recorded run.
  package var sequence: UInt64
  package var time: Timestamp
  /// Whether it was answered.
  package var isAnswered: Bool
  /// Whether the payload is no more than its beginning.
  package var isTruncated: Bool
  package var payload: [UInt8]
  /// What it was answered, where that is recorded.
  package var reply: [UInt8]?

  package init(
    sequence: UInt64,
    time: Timestamp,
    isAnswered: Bool,
    isTruncated: Bool = false,
    payload: [UInt8],
    reply: [UInt8]? = nil
  ) {
    self.sequence = sequence
    self.time = time
    self.isAnswered = isAnswered
    self.isTruncated = isTruncated
    self.payload = payload
    self.reply = reply
  }
}

/// When the messages of a replay go.
package enum ReplayPace: Hashable, Sendable {
  /// As they came, so many times as fast.
  case recorded(speed: Double)
  /// As soon as there is room.
  case unlimited
  /// Each when the user says so.
  case stepwise
}

/// How a recorded run is sent again, and what it is to be answered.
package struct ReplayPlan: Sendable {
  let pace: ReplayPace
  let sendsStops: Bool
  /// What a server's recording says of its replies.
  let reply: ServerReply
  /// How replies were recorded, where they were and now come in another way: only what is shown of them is compared then.
  private let recordedPath: ReplyPath?
  let timeoutNanoseconds: Int64
  /// Whether replies are to come at all.
  let expectsReplies: Bool

  /// How replies come.
  package struct ReplyPath: Hashable, Sendable {
    let framing: Framing
    let transport: Transport

    package init(framing: Framing, transport: Transport) {
      self.framing = framing
      self.transport = transport
    }

    fileprivate func shown(_ reply: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
      framing.shown(of: reply, transport: transport)
    }
  }

  /// `reply`: the recorded server's mode; of a client's run, whose messages have their own replies, nil, and
  /// `recordedPath` tells how those came. Throws where replies could not be told apart.
  package init(
    reply: ReplyMode?,
    recordedPath: ReplyPath? = nil,
    pace: ReplayPace,
    sendsStops: Bool,
    configuration: ClientConfiguration
  ) throws(ReplayPlanError) {
    let transport = configuration.endpoint.transport
    if configuration.framing == .raw, !transport.isDatagram, reply != ReplyMode.none { throw .noBorders }
    self.pace = pace
    self.sendsStops = sendsStops
    let path = ReplyPath(framing: configuration.framing, transport: transport)
    self.recordedPath = recordedPath == path ? nil : recordedPath
    expectsReplies = reply != ReplyMode.none
    self.reply = ServerReply(reply ?? ReplyMode.none, framing: configuration.framing, transport: transport)
    timeoutNanoseconds = configuration.timeoutNanoseconds
  }

  /// Whether the wire is to say what a reply answers: on a stream that is told by what was recorded.
  package var awaitsReceipts: Bool { expectsReplies && reply.transport.isDatagram }

  /// What of a reply is compared.
  func compared(_ reply: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    recordedPath == nil ? reply : ReplyPath(framing: self.reply.framing, transport: self.reply.transport).shown(reply)
  }

  /// What the message is to be answered; nil is nothing.
  func expectation(of message: ReplayMessage) -> [UInt8]? {
    guard message.isAnswered else { return nil }
    if let recorded = message.reply { return recordedPath.map { Array($0.shown(recorded[...])) } ?? recorded }
    return message.payload.withUnsafeBytes { reply.payload(answering: $0) }
  }
}

/// Why a run can't be replayed as it was asked for.
package enum ReplayPlanError: Error, Hashable, Sendable {
  /// The stream has no borders by which replies could be told apart.
  case noBorders

  package var text: String { "framing raw has no borders to tell replies apart: --framing gives another" }
}
