import Echo
import Wire

/// The playground's server, in the client's process: its plain transcript stands among the client's lines.
struct EmbeddedServer {
  private let server: WireServer
  private var transcript: ServerTranscript
  /// In a scripted exchange a message of the client's is told after the client has told of its sending.
  private let isScripted: Bool
  /// Where the client's messages come from; anyone else's wait for nothing.
  private var client: SocketAddress?
  private var isAskedToStop = false
  private var isListening = false
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

  /// Asked once: a second time would cut others off from their receipts.
  mutating func stop() {
    if !isAskedToStop { server.post(.stop) }
    isAskedToStop = true
  }

  mutating func stopAtOnce() {
    stop()
    server.post(.stop)
  }

  /// Tells what happened, up to what the client, which has told of `sentCount` messages, has to tell before: in any case
  /// that it is connected, for only then is it known which messages are the client's.
  mutating func takeEvents(_ plain: inout PlainOutput, sentCount: UInt64) {
    held.append(contentsOf: server.events.drain())
    var taken = 0
    for event in held {
      if case .listening = event { isListening = true }
      if case .messages(let batch) = event {
        if client == nil, !isAskedToStop { break }
        let count = messageCount + UInt64(batch.records.count { batch.peer(of: $0).address == client })
        if isScripted, count > sentCount { break }
        messageCount = count
      }
      transcript.append(event, to: &plain)
      if case .stopped = event { isOver = true }
      taken += 1
    }
    held.removeFirst(taken)
  }

  /// Whether the server has told where it listens, and of the messages whose receipts an event of the client's brings.
  mutating func hasTold(_ event: ClientEvent) -> Bool {
    guard isListening || isOver else { return false }
    if case .connected(let local, _, _) = event { client = local }
    guard case .traffic(let batch) = event, !isOver else { return true }
    let receipts = receiptCount + UInt64(batch.records.count { $0.kind == .receipt })
    guard receipts <= messageCount else { return false }
    receiptCount = receipts
    return true
  }
}

extension ClientEvent {
  /// The same with a record an event.
  var steps: [ClientEvent] {
    guard case .traffic(let batch) = self else { return [self] }
    return batch.records.map { record in
      var step = batch
      step.records = [record]
      return .traffic(step)
    }
  }
}
