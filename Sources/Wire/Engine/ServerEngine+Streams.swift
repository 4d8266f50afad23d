/// The server's stream connections: accepted, read, answered, closed.
extension ServerEngine {
  /// Connections accepted in one go, so that those that are open are not kept waiting.
  private static let acceptsPerEvent = 64
  /// Connections accepted before the end: as many as may wait for it (the backlog).
  private static let lastAccepts = 4096
  private static let readsPerEvent = 4

  func accept(on listener: BoundSocket, isLast: Bool = false) {
    for _ in 0..<(isLast ? ServerEngine.lastAccepts : ServerEngine.acceptsPerEvent) {
      let (descriptor, address) = calls.accept(listener.socket.descriptor)
      guard descriptor >= 0 else {
        let code = -descriptor
        if code != Errno.again, code != Errno.interrupted { rest(listener, after: SystemError("accept", code: code)) }
        return
      }
      listener.failure = nil
      let socket = Socket(owning: descriptor)
      guard openCount < configuration.limits.connections else {
        refuseConnection()
        continue
      }
      open(consume socket, from: address, transport: listener.endpoint.transport)
    }
  }

  private func open(_ socket: consuming Socket, from address: SocketAddress, transport: Transport) {
    var address = address
    var isSameUser: Bool?
    if transport == .unix {
      let credentials = socket.peerCredentials
      address = SocketAddress(family: .unix, scope: credentials?.process ?? 0)
      isSameUser = credentials?.user == Socket.ownUser
    } else {
      socket.disableDelay()
    }
    connectionNumber = connectionNumber == .max ? 1 : connectionNumber + 1
    let slot = freeSlots.popLast() ?? connections.count
    let connection = StreamConnection(
      socket: socket,
      peer: Peer(connection: ConnectionID(connectionNumber), transport: transport, address: address),
      isSameUser: isSameUser,
      slot: slot,
      framer: Framer(configuration.framing, limit: configuration.limits.messageBytes),
      life: ConnectionLife(limits: configuration.limits, now: attentiveNow)
    )
    do throws(SystemError) {
      try poller.add(connection.socket.descriptor, .read, token: connection.token)
    } catch {
      freeSlots.append(slot)
      if slot == connections.count { connections.append(nil) }
      return tell(.failure(error, peer: connection.peer, at: time))
    }
    if slot == connections.count { connections.append(connection) } else { connections[slot] = connection }
    openCount += 1
    totals.connections += 1
    tell(.connected(connection.peer, at: time))
  }

  func handle(_ event: Poller.Event, on connection: StreamConnection) {
    if event.isWritable, connection.output.sendable > 0 {
      flush(connection)
      guard connections[connection.slot] === connection else { return }
    }
    if event.isBroken, connection.life.state == .finishing, connection.output.sendable == 0 {
      // Nobody is there for what is withheld, and the poller would tell so without end.
      return close(connection, .finished)
    }
    // What a draining connection's full queue kept from being read may be waiting, and no event tells that nothing is.
    if event.isReadable || connection.life.state == .draining { receive(on: connection, isBroken: event.isBroken) }
  }

  /// Reads what is there, up to a share of the round, and answers all of it with one write.
  func receive(on connection: StreamConnection, isBroken: Bool) {
    if connection.life.state == .draining { return receiveLast(on: connection, isBroken: isBroken) }
    for _ in 0..<ServerEngine.readsPerEvent {
      guard isBroken || connection.life.wantsRead(queued: connection.output.count + answers.count) else { break }
      let count = calls.receive(connection.socket.descriptor, readBuffer)
      if count > 0 {
        let isSettled = note(count, of: connection)
        if count == readBuffer.count { continue }
        if isSettled { return handOnIfFull() }
      } else if count == -Int(Errno.interrupted) {
        continue
      } else {
        return endReading(of: connection, count)
      }
      break
    }
    settle(connection, .none)
  }

  /// Takes in what was read; true when nothing of it is left to answer, and the connection is as it was.
  @inline(__always)
  @discardableResult
  func note(_ count: Int, of connection: StreamConnection) -> Bool {
    let bytes = UnsafeRawBufferPointer(rebasing: readBuffer[..<count])
    connection.noteReceived(bytes, now: attentiveNow)
    return take(bytes, from: connection)
  }

  /// A read that brought nothing says how it stands with the connection.
  func endReading(of connection: StreamConnection, _ count: Int) {
    if count == 0 {
      finishFrames(of: connection, isAnswered: true)
      sendAnswers(to: connection)
      settle(connection, connection.life.peerFinished(queued: connection.output.count))
    } else if count == -Int(Errno.again) {
      sendAnswers(to: connection)
      settle(connection, connection.life.readEverything(queued: connection.output.count))
    } else {
      finishFrames(of: connection, isAnswered: false)
      let code = Int32(-count)
      settle(connection, .close(code == Errno.connectionReset ? .reset : .failed(SystemError("recv", code: code))))
    }
  }

  /// Ends a connection's turn.
  @inline(__always)
  func settle(_ connection: StreamConnection, _ action: ConnectionLife.Action) {
    sendAnswers(to: connection)
    perform(action, on: connection)
    handOnIfFull()
  }

  @inline(__always)
  func handOnIfFull() { if builder.isFull { handOn() } }

  @inline(__always)
  func perform(_ action: ConnectionLife.Action, on connection: StreamConnection) {
    switch action {
    case .none: updateInterest(of: connection)
    case .closeWriting:
      connection.socket.shutdownWriting()
      updateInterest(of: connection)
    case .close(let reason): close(connection, reason)
    }
  }

  // The hot path: nothing is allocated for a message, and its bytes are copied once, with the others of its run.
  @inline(__always)
  private func take(_ input: UnsafeRawBufferPointer, from connection: StreamConnection) -> Bool {
    let isEcho = responder.reply == .echo
    if answers.isEmpty, connection.framer.isWhole(input, except: Responder.stopByte),
      !isEcho || responder.isEchoVerbatim
    {
      return takeWhole(input, from: connection, answer: isEcho ? input : UnsafeRawBufferPointer(streamReceipt))
    }
    cut(input, from: connection)
    return false
  }

  /// Takes a read that is one message, as most are where peers await each answer: what goes back lies there already, and
  /// goes before the message is noted.
  @inline(__always)
  private func takeWhole(
    _ input: UnsafeRawBufferPointer,
    from connection: StreamConnection,
    answer: UnsafeRawBufferPointer
  ) -> Bool {
    let isAnswered = isAnswering && connection.life.mayAnswer
    let sent = isAnswered ? offer(answer, to: connection) : 0
    let isSent = sent == answer.count
    let replyTime = isSent ? replyTime : .none
    let place = builder.place(of: connection)
    builder.append(
      offset: builder.nextOffset,
      count: input.count &- 1,
      wireCount: UInt64(truncatingIfNeeded: input.count),
      flags: isAnswered ? .answered : [],
      peer: place,
      time: time,
      replyTime: replyTime
    )
    builder.append(bytes: input)
    connection.traffic.messages &+= 1
    if isSent {
      builder.settle(.none)
      count(sent, on: connection)
    } else if isAnswered {
      keep(answer, beyond: sent, for: connection)
    }
    return isSent
  }

  // Apart from what calls it, whose values then stay in registers.
  @inline(never)
  private func cut(_ input: UnsafeRawBufferPointer, from connection: StreamConnection) {
    let place = builder.place(of: connection)
    let before = builder.lastSequence
    // Lent once for a whole read: a class's property is checked for exclusive use each time it is reached.
    cut(input, from: connection, place, framer: &connection.framer, builder: &builder, answers: &answers)
    connection.traffic.messages &+= builder.lastSequence &- before
    countUnfinished(of: connection)
  }

  private func cut(
    _ input: UnsafeRawBufferPointer,
    from connection: StreamConnection,
    _ place: UInt32,
    framer: inout Framer,
    builder: inout BatchBuilder,
    answers: inout [UInt8]
  ) {
    let isAnswered = isAnswering && connection.life.mayAnswer
    let isEcho = isAnswered && responder.reply == .echo
    let time = time
    let answered: MessageRecord.Flags = isAnswered ? .answered : []
    var position = 0
    var count = 0
    while true {
      if !isEcho || responder.isEchoVerbatim {
        let start = position
        count &+= builder.appendRun(of: input, from: &position, by: &framer, flags: answered, peer: place, time: time)
        if isEcho { answers.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[start..<position])) }
      }
      guard let frame = framer.next(in: input, from: &position) else { break }
      count &+= 1
      var flags = answered
      if frame.isTruncated {
        flags.insert(.truncated)
        totals.truncated &+= 1
      }
      let offset = builder.nextOffset
      framer.withPayload(of: frame, in: input) { payload in
        if payload.first == Responder.stopByte { flags.formUnion(stopFlags(of: connection)) }
        if isEcho { responder.appendEcho(payload, isPartial: false, to: &answers) }
        builder.append(bytes: payload)
      }
      builder.append(
        offset: offset,
        count: frame.count,
        wireCount: frame.wireCount,
        flags: flags,
        peer: place,
        time: time
      )
    }
    if isAnswered, !isEcho { responder.appendReceipts(count, to: &answers) }
  }

  /// Takes in what the end of the stream leaves unfinished.
  private func finishFrames(of connection: StreamConnection, isAnswered: Bool) {
    guard let frame = connection.framer.finish() else { return }
    let place = builder.place(of: connection)
    let offset = builder.nextOffset
    var flags: MessageRecord.Flags = .partial
    if frame.isTruncated { flags.insert(.truncated) }
    totals.count(flags)
    connection.framer.held.withUnsafeBytes { payload in
      builder.append(bytes: payload)
      guard isAnswered, connection.framer.framing.endsWithStream else { return }
      if payload.first == Responder.stopByte { flags.formUnion(stopFlags(of: connection)) }
      guard connection.life.mayAnswer, isAnswering else { return }
      flags.insert(.answered)
      if responder.reply == .echo {
        responder.appendEcho(payload, isPartial: true, to: &answers)
      } else {
        responder.appendReceipts(1, to: &answers)
      }
    }
    connection.traffic.messages &+= 1
    builder.append(
      offset: offset,
      count: frame.count,
      wireCount: frame.wireCount,
      flags: flags,
      peer: place,
      time: time
    )
    connection.framer.release()
    countUnfinished(of: connection)
  }

  /// What a stop message of this connection is, and notes what it asks.
  private func stopFlags(of connection: StreamConnection) -> MessageRecord.Flags {
    let flags = responder.flags(
      firstByte: Responder.stopByte,
      isLocal: connection.isLocal,
      isForeign: connection.isForeign
    )
    if flags.contains(.stop) { stop(askedBy: connection.peer) } else { refuseStop(by: connection.peer) }
    return flags
  }

  func close(_ connection: StreamConnection, _ reason: DisconnectReason) {
    guard connections[connection.slot] === connection else { return }
    finishFrames(of: connection, isAnswered: false)
    connections[connection.slot] = nil
    freeSlots.append(connection.slot)
    openCount -= 1
    if connection.output.count > 0 { waitingCount -= 1 }
    if reason == .stalled { connection.socket.abortOnClose() }
    totals.traffic.bytesReceived &+= connection.traffic.bytesReceived
    totals.count(reason)
    tell(.disconnected(connection.peer, reason, connection.traffic, at: time))
  }
}
