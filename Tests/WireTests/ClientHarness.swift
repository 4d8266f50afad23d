import Dispatch
import Synchronization
import Testing
import Wire

/// A client under test and all that it has told so far.
final class ClientHarness {
  struct NothingCame: Error {
    var awaited: String
    var events: String
  }

  private(set) var events: [ClientEvent] = []
  private(set) var client: WireClient?
  private let signal = DispatchSemaphore(value: 0)
  private let configuration: ClientConfiguration
  private var nextID: UInt64 = 1

  init(
    _ endpoint: Endpoint,
    calls: SystemCalls = .kernel,
    eventCapacity: Int = WireClient.eventCapacity,
    sendCapacity: Int = WireClient.sendCapacity,
    recorder: ClientRecorder? = nil,
    configure: (inout ClientConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = ClientConfiguration(endpoint: endpoint)
    configuration.timeoutNanoseconds = 60_000_000_000
    configure(&configuration)
    self.configuration = configuration
    let signal = signal
    client = try WireClient.start(
      configuration,
      calls: calls,
      eventCapacity: eventCapacity,
      sendCapacity: sendCapacity,
      recorder: recorder,
      wakeReader: { signal.signal() }
    )
  }

  /// Sends messages, numbered from 1 in the order of all sends.
  @discardableResult func send(_ texts: String..., expectsReceipt: Bool = true) throws -> Bool {
    try send(texts, expectsReceipt: expectsReceipt)
  }

  @discardableResult func send(_ texts: [String], expectsReceipt: Bool = true) throws -> Bool {
    var batch = OutgoingBatch(framing: configuration.framing, transport: configuration.endpoint.transport)
    for text in texts {
      try batch.append(text.utf8, id: nextID, expectsReceipt: expectsReceipt)
      nextID += 1
    }
    return client?.post(.send(batch)) ?? false
  }

  func finish() { client?.post(.finish) }

  func close() { client?.post(.close) }

  /// Lets go of the client.
  func drop() { client = nil }

  /// Waits until what has been told satisfies `condition`.
  func wait(for awaited: String, until condition: (ClientHarness) -> Bool) throws {
    while true {
      events += client?.events.drain() ?? []
      if condition(self) { return }
      if signal.wait(timeout: .now() + 60) == .timedOut {
        throw NothingCame(awaited: awaited, events: "\(events)")
      }
    }
  }

  func wait(for kind: TrafficRecord.Kind, count: Int = 1) throws {
    try wait(for: "\(count) × \(kind)") { $0.messages(kind).count >= count }
  }

  /// Waits for the end, checks what must hold at every end, and gives it.
  @discardableResult func end(sourceLocation: SourceLocation = #_sourceLocation) throws -> (ClientEnd, ClientTotals) {
    try wait(for: "the end") { $0.ended != nil }
    client?.join()
    let (end, totals) = try #require(ended)
    checkAccounts(totals, sourceLocation: sourceLocation)
    return (end, totals)
  }

  private var ended: (ClientEnd, ClientTotals)? {
    if case .ended(let end, let totals, _) = events.last { (end, totals) } else { nil }
  }

  private func checkAccounts(_ totals: ClientTotals, sourceLocation: SourceLocation) {
    let records = records
    let replies = records.filter { [.receipt, .lateReceipt, .received].contains($0.kind) }
    let sent = records.filter { $0.kind == .sent }
    let uneventful = uneventful
    let receipts = UInt64(replies.count { $0.kind != .received }) + uneventful.receipts
    #expect(totals.messagesSent == UInt64(sent.count) + uneventful.sent, sourceLocation: sourceLocation)
    #expect(totals.messagesReceived == UInt64(replies.count) + uneventful.receipts, sourceLocation: sourceLocation)
    #expect(totals.receipts == receipts, sourceLocation: sourceLocation)
    if !configuration.isQuiet {
      #expect(totals.bytesSent == sent.reduce(0) { $0 + $1.wireCount }, sourceLocation: sourceLocation)
      #expect(totals.bytesReceived == replies.reduce(0) { $0 + $1.wireCount }, sourceLocation: sourceLocation)
    }
    #expect(totals.timedOut == UInt64(records.count { $0.kind == .timedOut }), sourceLocation: sourceLocation)
    let fates = records.filter { [.receipt, .timedOut, .failed].contains($0.kind) }.map(\.message)
    #expect(Set(fates).count == fates.count, "a message has one fate", sourceLocation: sourceLocation)
    #expect(Set(sent.map(\.message)).count == sent.count, "a message is sent once", sourceLocation: sourceLocation)
  }

  // MARK: What was told

  var batches: [TrafficBatch] {
    events.compactMap { if case .traffic(let batch) = $0 { batch } else { nil } }
  }

  var records: [TrafficRecord] { batches.flatMap(\.records) }

  var uneventful: UneventfulTraffic {
    batches.reduce(into: UneventfulTraffic()) { sum, batch in
      sum.sent += batch.uneventful.sent
      sum.unawaited += batch.uneventful.unawaited
      sum.receipts += batch.uneventful.receipts
    }
  }

  func messages(_ kind: TrafficRecord.Kind) -> [UInt64] { records.filter { $0.kind == kind }.map(\.message) }

  /// The replies' texts, in order.
  var replies: [String] {
    batches.flatMap { batch in
      batch.records.filter { [.receipt, .lateReceipt, .received].contains($0.kind) }
        .map { String(decoding: batch.payload(of: $0), as: UTF8.self) }
    }
  }

  var failures: [SystemError] { events.compactMap { if case .failure(let error, _) = $0 { error } else { nil } } }

  var attempts: [SocketAddress?] {
    events.compactMap { if case .connecting(let address, _) = $0 { .some(address) } else { nil } }
  }

  var failedAttempts: [SystemError] {
    events.compactMap { if case .attemptFailed(_, let error, _) = $0 { error } else { nil } }
  }

  var isConnected: Bool { events.contains { if case .connected = $0 { true } else { false } } }

  var peerHasFinished: Bool { events.contains { if case .peerFinished = $0 { true } else { false } } }
}

/// Work of a peer beside the test's own thread.
func inBackground(_ work: @escaping @Sendable () throws -> Void) -> ClientBackground { ClientBackground(work) }

final class ClientBackground: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private let failure = Mutex<(any Error)?>(nil)

  init(_ work: @escaping @Sendable () throws -> Void) {
    DispatchQueue.global().async {
      do { try work() } catch { self.failure.withLock { $0 = error } }
      self.done.signal()
    }
  }

  func finish() throws {
    done.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// A number that several threads share.
final class ClientCounter: Sendable {
  private let value = Atomic(0)

  var count: Int { value.load(ordering: .sequentiallyConsistent) }

  /// Adds and gives what was there before.
  @discardableResult func add(_ amount: Int = 1) -> Int {
    value.add(amount, ordering: .sequentiallyConsistent).oldValue
  }
}
