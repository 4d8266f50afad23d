import Echo
import Wire

/// The playground's server, in the client's process: its plain transcript stands among the client's lines.
struct EmbeddedServer {
  private let server: WireServer
  private var transcript: ServerTranscript
  private var messageCount: UInt64 = 0
  private var receiptCount: UInt64 = 0
  /// The server has ended, and has told everything.
  private(set) var isOver = false

  init(server: WireServer, transcript: ServerTranscript) {
    self.server = server
    self.transcript = transcript
  }

  func stop() { server.post(.stop) }

  mutating func takeEvents(_ plain: inout PlainOutput) {
    for event in server.events.drain() {
      transcript.append(event, to: &plain)
      if case .messages(let batch) = event { messageCount += UInt64(batch.records.count) }
      if case .stopped = event { isOver = true }
    }
  }

  /// Whether the server has told of the messages whose receipts an event of the client's brings.
  mutating func hasTold(_ event: ClientEvent) -> Bool {
    guard case .traffic(let batch) = event, !isOver else { return true }
    let receipts = receiptCount + UInt64(batch.records.count { $0.kind == .receipt })
    guard receipts <= messageCount else { return false }
    receiptCount = receipts
    return true
  }
}
