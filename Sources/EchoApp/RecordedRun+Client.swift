import Echo
import Journal

extension RecordedRun {
  /// What stands for the reply mode in a client's run.
  static let awaited = "awaited"
  static let unawaited = "none"

  /// Whether it is a client's, and has both directions.
  var isClients: Bool { program == ClientProgram.name }
  /// Whether its client waited for replies.
  var awaitsReplies: Bool { isClients && reply != RecordedRun.unawaited }
}

extension ExportedRun {
  init(_ run: RecordedRun) {
    self.init(
      started: run.started,
      framing: run.framing,
      reply: run.reply,
      endpoints: run.endpoints,
      isClients: run.isClients
    )
  }
}
