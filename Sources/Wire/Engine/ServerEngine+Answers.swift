/// What goes back over streams: answers are sent at once, and what a socket does not take is kept.
extension ServerEngine {
  @inline(__always)
  func sendAnswers(to connection: StreamConnection) {
    guard !answers.isEmpty else { return }
    answers.withUnsafeBytes { answer(connection, with: $0) }
    answers.removeAll(keepingCapacity: true)
  }

  /// Sends a connection the answers to all that was taken from it, and keeps what its socket does not take.
  private func answer(_ connection: StreamConnection, with bytes: UnsafeRawBufferPointer) {
    let sent = offer(bytes, to: connection)
    guard sent == bytes.count else { return keep(bytes, beyond: sent, for: connection) }
    builder.settle(replyTime)
    count(sent, on: connection)
  }

  /// Sends a connection answers, unless they have to wait: how many bytes the socket took, or the negated errno.
  @inline(__always)
  func offer(_ bytes: UnsafeRawBufferPointer, to connection: StreamConnection) -> Int {
    guard connection.output.isEmpty, !withholdsReceipts else { return 0 }
    return calls.send(connection.socket.descriptor, bytes)
  }

  /// Keeps what the socket did not take of the answers that it was offered.
  @inline(never)
  func keep(_ bytes: UnsafeRawBufferPointer, beyond result: Int, for connection: StreamConnection) {
    let queued = connection.output.count
    let sent = taken(result, by: connection)
    builder.settle(.none)
    if connection.life.mayAnswer {
      if withholdsReceipts {
        withhold(bytes, from: connection)
      } else {
        connection.output.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
      }
    }
    noteWritten(sent, on: connection, before: queued)
  }

  func flush(_ connection: StreamConnection) {
    let queued = connection.output.count
    let result = connection.output.withUnsent { $0.isEmpty ? 0 : calls.send(connection.socket.descriptor, $0) }
    let sent = taken(result, by: connection)
    connection.output.consume(sent)
    let action = noteWritten(sent, on: connection, before: queued)
    perform(action, on: connection)
  }

  /// How many bytes the socket took; a broken connection takes none, and is then only read to its end.
  private func taken(_ result: Int, by connection: StreamConnection) -> Int {
    if result < 0 { noteFailure(Int32(-result), ofSendingTo: connection) }
    return max(0, result)
  }

  private func noteFailure(_ code: Int32, ofSendingTo connection: StreamConnection) {
    if code == Errno.again || code == Errno.interrupted { return }
    connection.life.writingFailed()
    if code != Errno.connectionReset, code != Errno.brokenPipe {
      tell(.failure(SystemError("send", code: code), peer: connection.peer, at: time))
    }
  }

  @inline(__always)
  func count(_ sent: Int, on connection: StreamConnection) {
    connection.traffic.bytesSent &+= UInt64(truncatingIfNeeded: sent)
    totals.traffic.bytesSent &+= UInt64(truncatingIfNeeded: sent)
  }

  @discardableResult
  private func noteWritten(_ sent: Int, on connection: StreamConnection, before: Int) -> ConnectionLife.Action {
    count(sent, on: connection)
    if connection.life.state == .broken { connection.output.removeAll() }
    let queued = connection.output.count
    if (before > 0) != (queued > 0) { waitingCount += queued > 0 ? 1 : -1 }
    let withheld = connection.output.withheld
    return connection.life.wrote(progress: sent, queued: queued, withheld: withheld, now: attentiveNow)
  }

  func updateInterest(of connection: StreamConnection) {
    var interest: Poller.Interest = []
    if connection.life.wantsRead(queued: connection.output.count) { interest.insert(.read) }
    if connection.output.sendable > 0 { interest.insert(.write) }
    if interest != connection.interest { change(interest, of: connection) }
  }

  private func change(_ interest: Poller.Interest, of connection: StreamConnection) {
    guard connections[connection.slot] === connection else { return }
    connection.interest = interest
    do throws(SystemError) {
      try poller.change(connection.socket.descriptor, interest, token: connection.token, by: calls)
    } catch {
      // Waited for in vain, or told of without end: neither is a way to go on.
      close(connection, .failed(error))
    }
  }
}
