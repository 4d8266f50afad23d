package import Wire

/// A message of a recording, as it is to be sent again.
package struct ReplayMessage: Hashable, Sendable {
  /// Its number in the recorded run.
  package var sequence: UInt64
  package var time: Timestamp
  /// Whether the recorded server answered it.
  package var isAnswered: Bool
  /// Whether the payload is no more than its beginning.
  package var isTruncated: Bool
  package var payload: [UInt8]

  package init(sequence: UInt64, time: Timestamp, isAnswered: Bool, isTruncated: Bool = false, payload: [UInt8]) {
    self.sequence = sequence
    self.time = time
    self.isAnswered = isAnswered
    self.isTruncated = isTruncated
    self.payload = payload
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
  let reply: ServerReply
  let timeoutNanoseconds: Int64

  /// `reply`: the recorded run's mode. Throws where replies could not be told apart.
  package init(
    reply: ReplyMode,
    pace: ReplayPace,
    sendsStops: Bool,
    configuration: ClientConfiguration
  ) throws(ReplayPlanError) {
    let transport = configuration.endpoint.transport
    if configuration.framing == .raw, !transport.isDatagram, reply != .none { throw .noBorders }
    self.pace = pace
    self.sendsStops = sendsStops
    self.reply = ServerReply(reply, framing: configuration.framing, transport: transport)
    timeoutNanoseconds = configuration.timeoutNanoseconds
  }

  /// Whether the wire is to await replies at all.
  package var awaitsReceipts: Bool { reply.mode != .none }

  /// What the message is to be answered; nil is nothing.
  func expectation(of message: ReplayMessage) -> [UInt8]? {
    guard message.isAnswered else { return nil }
    return message.payload.withUnsafeBytes { reply.payload(answering: $0) }
  }
}

/// Why a run can't be replayed as it was asked for.
package enum ReplayPlanError: Error, Hashable, Sendable {
  /// The stream has no borders by which replies could be told apart.
  case noBorders

  package var text: String { "framing raw has no borders to tell replies apart: --framing gives another" }
}
