internal import CSystem

/// The server's datagrams: received in groups, answered in groups.
extension ServerEngine {
  private static let groupsPerEvent = 2
  /// Groups received before the end: more than fit a receive buffer of 8 MiB.
  private static let lastGroups = 256

  func receiveDatagrams(on socket: BoundSocket, isLast: Bool = false) {
    for _ in 0..<(isLast ? ServerEngine.lastGroups : ServerEngine.groupsPerEvent) {
      let count = calls.receiveDatagrams(datagrams, socket.socket.descriptor)
      if count < 0 {
        let code = Int32(-count)
        if code != Errno.again, code != Errno.interrupted { rest(socket, after: SystemError("recvmmsg", code: code)) }
        break
      }
      socket.failure = nil
      mayHaveDropped = true
      handleDatagrams(count, on: socket)
      handOnIfFull()
      if count < DatagramGroup.capacity { break }
    }
  }

  private func handleDatagrams(_ count: Int, on socket: BoundSocket) {
    var stopper: Peer?
    var replies = 0
    var replyBytes = 0
    var drops: UInt64 = 0
    for index in 0..<count {
      let datagram = datagrams.datagram(at: index)
      if index == 0 { socket.noteFirst(drops: datagram.drops) }
      if datagram.has_drops != 0 { drops += socket.takeDrops(total: datagram.drops) }
      let payload = UnsafeRawBufferPointer(start: datagram.bytes, count: Int(datagram.count))
      let source = SocketAddress(datagram.source)
      let destination = datagram.destination.family == 0 ? socket.address : SocketAddress(datagram.destination)
      let peer = Peer(connection: .none, transport: .udp, address: source)
      let isForMany =
        datagram.is_broadcast != 0 || destination?.isMulticast == true || destination?.isBroadcast == true
      var flags: MessageRecord.Flags = []
      if let first = payload.first, first == Responder.stopByte {
        flags = responder.flags(
          firstByte: first,
          isLocal: source.isLoopback && destination?.isLoopback == true,
          isForeign: isForMany || (datagram.is_unsure != 0 && destination?.isOnHost(of: socket.address) != true)
        )
        if flags.contains(.stop) { stopper = peer } else { refuseStop(by: peer) }
      }
      if let answer = isForMany ? refuse(peer) : answer(to: payload, from: peer, sentTo: destination, on: socket) {
        flags.insert(.answered)
        if withholdsReceipts {
          withhold(answer, to: source, from: datagram.destination.family == 0 ? nil : destination, on: socket)
        } else {
          datagrams.reply(to: index, with: answer)
          replies += 1
          replyBytes += answer.count
        }
      }
      record(payload, flags: flags, isTruncated: datagram.is_truncated != 0, peer: peer)
    }
    if replies > 0 { sendReplies(replies, replyBytes, on: socket) }
    // Whatever is told hands on the messages before it, whose replies have to be settled by then.
    noteKernelDrops(drops)
    if let stopper { stop(askedBy: stopper) }
  }

  private func answer(
    to payload: UnsafeRawBufferPointer,
    from peer: Peer,
    sentTo destination: SocketAddress?,
    on socket: BoundSocket
  ) -> UnsafeRawBufferPointer? {
    guard isAnswering else { return nil }
    let port = socket.address?.port ?? 0
    guard responder.mayAnswer(payload, from: peer.address, to: destination, port: port),
      replyLimiter.allows(peer.address, now: now)
    else { return refuse(peer) }
    if responder.reply == .echo { return payload }
    return UnsafeRawBufferPointer(rebasing: datagramReceipt[..<min(datagramReceipt.count, payload.count)])
  }

  private func refuse(_ peer: Peer) -> UnsafeRawBufferPointer? {
    if isAnswering { refuseReply(to: peer) }
    return nil
  }

  private func record(_ payload: UnsafeRawBufferPointer, flags: MessageRecord.Flags, isTruncated: Bool, peer: Peer) {
    let kept = min(payload.count, configuration.limits.messageBytes)
    var flags = flags
    if isTruncated || kept < payload.count { flags.insert(.truncated) }
    totals.count(flags)
    let place = builder.place(of: peer)
    let offset = builder.nextOffset
    builder.append(bytes: UnsafeRawBufferPointer(rebasing: payload[..<kept]))
    builder.append(
      offset: offset,
      count: kept,
      wireCount: UInt64(payload.count),
      flags: flags,
      peer: place,
      time: time
    )
    totals.traffic.bytesReceived &+= UInt64(payload.count)
  }

  /// Sends the replies that are queued; those that were withheld are not to messages of this moment.
  func sendReplies(_ count: Int, _ bytes: Int, on socket: BoundSocket, wereWithheld: Bool = false) {
    let sent = calls.sendDatagrams(datagrams, socket.socket.descriptor)
    if sent == count {
      if !wereWithheld { builder.settle(replyTime) }
      totals.traffic.bytesSent &+= UInt64(bytes)
      socket.sendFailure = nil
      return
    }
    if !wereWithheld { builder.settle(unsent: sent < 0 ? .max : datagrams.unsentReplies) }
    if sent > 0 { totals.traffic.bytesSent &+= UInt64(datagrams.sentBytes) }
    let failure = SystemError("sendmmsg", code: sent < 0 ? Int32(-sent) : datagrams.sendError)
    if socket.sendFailure != failure { tell(.failure(failure, peer: nil, at: time)) }
    socket.sendFailure = failure
  }
}
