/// What is recorded, and the receipts that wait for it.
extension ServerEngine {
  /// Whether messages get receipts: not any more when they can't be recorded and receipts would say that they are.
  @inline(__always)
  var isAnswering: Bool { responder.reply != .none && recordingFailure?.endsProgram != true }

  /// Tells, at the start, that what comes is recorded.
  func tellRecording() {
    guard let recorder else { return }
    tell(.recording(file: recorder.file, .started(durability: recorder.durability), at: time))
  }

  /// Tells that another file was begun, and what the one before is called now.
  func tellRotation(_ number: Int) {
    guard let file = recorder?.file else { return }
    tell(.recording(file: file, .rotated(to: "\(file).\(number)"), at: time))
  }

  /// Hands an event, or messages, to the recorder in their place.
  func record(_ event: ServerEvent, cost: Int) {
    if let records, !records.post(event, cost: cost) { isHeld = true }
  }

  /// Has the receipts of a read wait for the last of its messages.
  func withhold(_ receipts: UnsafeRawBufferPointer, from connection: StreamConnection) {
    connection.output.withhold(receipts)
    withheld.append(
      WithheldReceipts.Stream(
        sequence: builder.lastSequence,
        slot: connection.slot,
        connection: connection.peer.connection,
        count: receipts.count
      )
    )
  }

  /// Has the answer to the datagram that is recorded next wait for it.
  func withhold(
    _ answer: UnsafeRawBufferPointer,
    to peer: SocketAddress,
    from source: SocketAddress?,
    on socket: BoundSocket
  ) {
    withheld.append(
      WithheldReceipts.Datagram(
        sequence: builder.lastSequence + 1,
        socket: socket,
        peer: peer,
        source: source,
        bytes: Array(answer)
      )
    )
  }

  /// Sends the receipts of messages that are recorded, a connection's in one write.
  func release(upTo sequence: UInt64) {
    let due = withheld.take(upTo: sequence)
    var ready: [StreamConnection] = []
    for receipts in due.streams {
      guard let connection = connections[receipts.slot], connection.peer.connection == receipts.connection,
        connection.output.withheld > 0
      else { continue }
      // Where bytes wait for the socket already, its event will tell when they can go.
      if connection.output.sendable == 0 { ready.append(connection) }
      connection.output.release(receipts.count)
    }
    for connection in ready { resume(connection) }
    send(due.datagrams[...])
  }

  /// Goes on with a connection whose queue is other than it was.
  private func resume(_ connection: StreamConnection) {
    flush(connection)
    guard connections[connection.slot] === connection, connection.life.state == .draining, !isHeld else { return }
    receive(on: connection, isBroken: false)
  }

  private func send(_ replies: ArraySlice<WithheldReceipts.Datagram>) {
    var replies = replies
    while let socket = replies.first?.socket {
      let group = replies.prefix(DatagramGroup.capacity).prefix { $0.socket === socket }
      var bytes: [UInt8] = []
      for reply in group { bytes += reply.bytes }
      bytes.withUnsafeBytes { bytes in
        var start = 0
        for reply in group {
          let end = start + reply.bytes.count
          datagrams.answer(reply.peer, from: reply.source, with: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
          start = end
        }
        sendReplies(group.count, bytes.count, on: socket, wereWithheld: true)
      }
      replies = replies.dropFirst(group.count)
    }
  }

  /// Tells that nothing is recorded any more; then the server ends, or goes on as if nothing had been to be recorded.
  func endRecording(_ failure: RecordingFailure) {
    guard records != nil else { return }
    records = nil
    recordingFailure = failure
    tell(.recordingFailed(failure, at: time))
    withholdsReceipts = false
    guard failure.endsProgram else { return release(upTo: .max) }
    _ = withheld.take(upTo: .max)
    for case let connection? in connections where connection.output.withheld > 0 {
      connection.output.dropWithheld()
      if connection.output.count == 0 { waitingCount -= 1 }
      resume(connection)
    }
    beginShutdown(.recordingFailed)
  }
}
