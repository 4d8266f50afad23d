package import Wire

/// What a server tells, as rows.
package struct ServerScribe: Scribe, Sendable {
  package let isAwaited = true
  private let describe: @Sendable (ServerEvent) -> EventDescription

  /// `describe` makes the words of an event that is no message.
  package init(describe: @escaping @Sendable (ServerEvent) -> EventDescription) { self.describe = describe }

  package func add(_ event: ServerEvent, to journal: Journal) throws(RecordingError) {
    switch event {
    case .listening(let endpoints): try journal.beginRun(at: endpoints)
    case .messages(let batch): try addMessages(of: batch, to: journal)
    case .connected, .disconnected, .dropped, .refused, .failure, .recording, .recordingFailed, .stopping, .stopped:
      guard let (kind, time, peer) = event.recorded else { return }
      try journal.add(kind, describe(event), with: peer, at: time)
      if case .disconnected(let peer, _, _, _) = event { journal.forget(peer) }
    }
  }

  private func addMessages(of batch: MessageBatch, to journal: Journal) throws(RecordingError) {
    try batch.bytes.span.withUnsafeBytes { bytes throws(RecordingError) in
      for record in batch.records {
        try journal.add(record, batch.peer(of: record), payload: record.payload(in: bytes))
      }
    }
  }
}
