/// A client's connected stream: bytes in, frames out, and the queue's bytes on their way.
final class ClientStream {
  private static let readSize = 64 << 10
  private static let readsPerRound = 4
  private static let writeSize = 256 << 10
  /// Messages that may await a receipt at once: bounds the memory that a peer which never answers can take.
  private static let awaitedLimit = 1 << 20

  let socket: ClientSocket
  private let calls: SystemCalls
  private var framer: Framer
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 16)

  init(_ socket: ClientSocket, configuration: ClientConfiguration, calls: SystemCalls) {
    self.socket = socket
    self.calls = calls
    framer = Framer(configuration.framing, limit: configuration.messageBytes)
  }

  deinit { buffer.deallocate() }

  func mayWrite(_ conversation: borrowing Conversation) -> Bool {
    !conversation.queue.isEmpty && conversation.receiptQueue.awaitedCount < ClientStream.awaitedLimit
  }

  func read(_ conversation: inout Conversation) -> ReadOutcome {
    for _ in 0..<ClientStream.readsPerRound {
      let count = calls.receive(socket.descriptor, buffer)
      if count == 0 { return .finished }
      if count < 0 {
        if count == -Int(Errno.interrupted) { continue }
        if count == -Int(Errno.again) { return .empty }
        return .failed(SystemError("recv", code: Int32(-count)))
      }
      ClientStream.cut(UnsafeRawBufferPointer(rebasing: buffer[..<count]), by: &framer, &conversation)
      if count < buffer.count { return .taken }
    }
    return .more
  }

  private static func cut(
    _ input: UnsafeRawBufferPointer,
    by framer: inout Framer,
    _ conversation: inout Conversation
  ) {
    let now = Clock.monotonic
    conversation.lastProgress = now
    var position = 0
    // Where the report has what the input begins with.
    var offset: Int?
    while true {
      let start = position
      let uneventful = framer.skipRun(in: input, from: &position, room: conversation.uneventfulReplies)
      if uneventful > 0 { conversation.heardUneventful(uneventful, wireCount: UInt64(position &- start)) }
      framer.cutRun(in: input, from: &position) { start, count in
        hear(input, start, count, wireCount: UInt64(count) &+ 1, keptAt: &offset, now: now, &conversation)
      }
      guard let frame = framer.next(in: input, from: &position) else { break }
      let flags: MessageRecord.Flags = frame.isTruncated ? .truncated : []
      guard !frame.isHeld else {
        framer.held.withUnsafeBytes {
          conversation.heard(wireCount: frame.wireCount, payload: $0, flags: flags, now: now)
        }
        continue
      }
      hear(
        input,
        frame.start,
        frame.count,
        wireCount: frame.wireCount,
        flags: flags,
        keptAt: &offset,
        now: now,
        &conversation
      )
    }
  }

  /// Takes note of a reply that lies in the input, which is kept whole for the first of its replies.
  @inline(__always)
  private static func hear(
    _ input: UnsafeRawBufferPointer,
    _ start: Int,
    _ count: Int,
    wireCount: UInt64,
    flags: MessageRecord.Flags = [],
    keptAt offset: inout Int?,
    now: Int64,
    _ conversation: inout Conversation
  ) {
    if offset == nil, !conversation.report.isQuiet {
      offset = conversation.report.keep(UnsafeRawBufferPointer(rebasing: input[start...])) - start
    }
    conversation.heard(
      wireCount: wireCount,
      payload: UnsafeRawBufferPointer(rebasing: input[start..<(start &+ count)]),
      keptAt: offset.map { $0 &+ start },
      flags: flags,
      now: now
    )
  }

  /// Reports what has come of an unfinished reply: after the peer's FIN it may be the reply, otherwise it is a torn one.
  func finishReading(_ conversation: inout Conversation, isWhole: Bool) {
    guard let frame = framer.finish() else { return }
    let flags: MessageRecord.Flags = frame.isTruncated ? [.partial, .truncated] : .partial
    framer.held.withUnsafeBytes {
      conversation.heard(
        wireCount: frame.wireCount,
        payload: $0,
        flags: flags,
        now: Clock.monotonic,
        isAnswer: isWhole && framer.framing.endsWithStream
      )
    }
  }

  func write(_ conversation: inout Conversation) -> WriteOutcome {
    // The answer of a fast peer is here before the call has returned.
    let now = Clock.monotonic
    let (offered, result) = conversation.queue.withNextBytes(limit: ClientStream.writeSize) { bytes in
      (bytes.count, bytes.isEmpty ? 0 : calls.send(socket.descriptor, bytes))
    }
    if result < 0 { return WriteOutcome(failure: Int32(-result)) }
    conversation.wrote(result, now: now)
    return result < offered ? .blocked : .taken
  }
}
