internal import CSystem

/// A client's connected datagram socket: what comes from anyone but the peer never reaches it.
final class ClientDatagrams {
  /// Unanswered datagrams on the way: more would overflow the peer's buffer, and be lost.
  static let windowCount = 128
  static let windowBytes = 256 << 10
  private static let groupsPerRound = 4
  /// How much is kept to be sent again to another address.
  private static let retainedLimit = 512 << 10

  let socket: ClientSocket
  private let calls: SystemCalls
  private let group: DatagramGroup
  private let limit: Int
  /// What went to this address while another one could still take its place.
  private var retained: OutgoingBatch?
  /// Whether this address is the one, because something came from it, or much went to it without a refusal.
  private(set) var isSettled = false
  /// Sends that failed since one went well.
  private(set) var failures = 0

  /// `hasOtherAddresses`: what is refused here can be sent again elsewhere.
  init(
    _ socket: ClientSocket,
    configuration: ClientConfiguration,
    calls: SystemCalls,
    hasOtherAddresses: Bool
  ) throws(SystemError) {
    self.socket = socket
    self.calls = calls
    group = try DatagramGroup()
    limit = configuration.messageBytes
    if hasOtherAddresses { retained = OutgoingBatch(framing: .raw, transport: .udp) }
  }

  func mayWrite(_ conversation: borrowing Conversation) -> Bool {
    guard let next = conversation.queue.nextWireCount else { return false }
    return ClientDatagrams.windowTakes(
      next,
      after: conversation.receiptQueue.awaitedCount,
      bytes: conversation.receiptQueue.awaitedBytes
    )
  }

  /// Whether another datagram may follow so many that are unanswered; the first always may.
  private static func windowTakes(_ next: Int, after count: Int, bytes: Int) -> Bool {
    count == 0 || (count < windowCount && bytes + next <= windowBytes)
  }

  func read(_ conversation: inout Conversation) -> ReadOutcome {
    for _ in 0..<ClientDatagrams.groupsPerRound {
      let count = calls.receiveDatagrams(group, socket.descriptor)
      if count < 0 {
        if count == -Int(Errno.interrupted) { continue }
        if count == -Int(Errno.again) { return .empty }
        return .failed(SystemError("recv", code: Int32(-count)))
      }
      settle()
      take(count, &conversation)
      if count < DatagramGroup.capacity { return .taken }
    }
    return .more
  }

  private func take(_ count: Int, _ conversation: inout Conversation) {
    let now = Clock.monotonic
    conversation.lastProgress = now
    for index in 0..<count {
      let datagram = group.datagram(at: index)
      let size = Int(datagram.count)
      let kept = min(size, limit)
      conversation.heard(
        wireCount: UInt64(size),
        payload: UnsafeRawBufferPointer(start: datagram.bytes, count: kept),
        flags: kept < size || datagram.is_truncated != 0 ? .truncated : [],
        now: now
      )
    }
  }

  func write(_ conversation: inout Conversation) -> WriteOutcome {
    for _ in 0..<ClientDatagrams.groupsPerRound {
      // The answer of a fast peer is here before the call has returned.
      let now = Clock.monotonic
      let (offered, result) = transmit(conversation)
      if offered == 0 { return .taken }
      if result < 0 {
        let outcome = WriteOutcome(failure: Int32(-result))
        if case .failed = outcome { failures += 1 }
        return outcome
      }
      failures = 0
      for _ in 0..<result {
        retainNext(conversation)
        var fingerprint = 0
        if conversation.awaitsReceipts {
          conversation.queue.withNextMessage { _, bytes in fingerprint = ReceiptQueue.fingerprint(bytes) }
        }
        conversation.wroteDatagram(now: now, fingerprint: fingerprint)
      }
    }
    return .taken
  }

  /// Offers one group of what the window has room for.
  private func transmit(_ conversation: borrowing Conversation) -> (offered: Int, result: Int) {
    var count = conversation.receiptQueue.awaitedCount
    var bytes = conversation.receiptQueue.awaitedBytes
    let awaitsReceipts = conversation.awaitsReceipts
    group.forget()
    return conversation.queue.withNextDatagrams(
      limit: DatagramGroup.capacity,
      accepts: { message in
        guard ClientDatagrams.windowTakes(Int(message.wireCount), after: count, bytes: bytes) else { return false }
        if awaitsReceipts, message.expectsReceipt {
          count += 1
          bytes += Int(message.wireCount)
        }
        return true
      },
      queue: { group.queue($0) },
      send: { offered in (offered, offered == 0 ? 0 : calls.transmitDatagrams(group, socket.descriptor)) }
    )
  }

  private func retainNext(_ conversation: borrowing Conversation) {
    guard let cost = retained?.cost else { return }
    if cost > ClientDatagrams.retainedLimit { return settle() }
    conversation.queue.withNextMessage { message, bytes in retained?.append(message, bytes: bytes) }
  }

  private func settle() {
    isSettled = true
    retained = nil
  }

  /// What went to this address and can be sent to another.
  func takeRetained() -> OutgoingBatch? {
    defer { retained = nil }
    return retained
  }
}
