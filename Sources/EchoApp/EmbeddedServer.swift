import Echo
import Wire

/// The playground's server, in the client's process: its plain transcript stands among the client's lines.
struct EmbeddedServer {
  private let server: WireServer
  private var transcript: ServerTranscript
  /// In a scripted exchange nobody else sends: a message is told after the client has told of its sending.
  private let isScripted: Bool
  private var held: [ServerEvent] = []
  private var messageCount: UInt64 = 0
  private var receiptCount: UInt64 = 0
  /// The server has ended, and has told everything.
  private(set) var isOver = false

  init(server: WireServer, transcript: ServerTranscript, isScripted: Bool) {
    self.server = server
    self.transcript = transcript
    self.isScripted = isScripted
  }

  func stop() { server.post(.stop) }

  /// Tells what happened, up to what the client, which has told of `sentCount` messages, has to tell before.
  mutating func takeEvents(_ plain: inout PlainOutput, sentCount: UInt64) {
    held.append(contentsOf: server.events.drain())
    var taken = 0
    for event in held {
      if case .messages(let batch) = event {
        let count = messageCount + UInt64(batch.records.count)
        if isScripted, count > sentCount { break }
        messageCount = count
      }
      transcript.append(event, to: &plain)
      if case .stopped = event { isOver = true }
      taken += 1
    }
    held.removeFirst(taken)
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
