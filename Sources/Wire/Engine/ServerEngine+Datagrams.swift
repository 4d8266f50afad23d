internal import CSystem

/// The server's datagrams: received in groups, answered in groups.
extension ServerEngine {
  private static let groupsPerEvent = 4

  func receiveDatagrams(on socket: BoundSocket) {
    for _ in 0..<ServerEngine.groupsPerEvent {
      let count = calls.receiveDatagrams(datagrams, socket.socket.descriptor)
      if count < 0 {
        let code = Int32(-count)
        if code != Errno.again, code != Errno.interrupted {
          tell(.failure(SystemError("recvmmsg", code: code), peer: nil, at: time))
        }
        break
      }
      handleDatagrams(count, on: socket)
      if count < DatagramGroup.capacity { break }
    }
    if builder.isFull { postBatch() }
  }

  private func handleDatagrams(_ count: Int, on socket: BoundSocket) {
    var stopper: Peer?
    var replies = 0
    var replyBytes = 0
    for index in 0..<count {
      let datagram = datagrams.datagram(at: index)
      if datagram.has_drops != 0 { noteKernelDrops(socket.takeDrops(total: datagram.drops)) }
      let payload = UnsafeRawBufferPointer(start: datagram.bytes, count: Int(datagram.count))
      let source = SocketAddress(datagram.source)
      let destination = datagram.destination.family == 0 ? socket.address : SocketAddress(datagram.destination)
      let peer = Peer(connection: .none, transport: .udp, address: source)
      var flags: MessageRecord.Flags = []
      if let first = payload.first, first == Responder.stopByte {
        flags = responder.flags(
          firstByte: first,
          isLocal: source.isLoopback && destination?.isLoopback == true,
          isForeign: false
        )
        if flags.contains(.stop) { stopper = peer }
      }
      if let answer = answer(to: payload, from: peer, sentTo: destination, on: socket) {
        datagrams.reply(to: index, with: answer)
        flags.insert(.answered)
        replies += 1
        replyBytes += answer.count
      }
      record(payload, flags: flags, isTruncated: datagram.is_truncated != 0, peer: peer)
    }
    if replies > 0 { sendReplies(replies, replyBytes, on: socket) }
    if let stopper { stop(askedBy: stopper) }
  }

  private func answer(
    to payload: UnsafeRawBufferPointer,
    from peer: Peer,
    sentTo destination: SocketAddress?,
    on socket: BoundSocket
  ) -> UnsafeRawBufferPointer? {
    guard responder.reply != .none else { return nil }
    let port = socket.address?.port ?? 0
    guard responder.mayAnswer(payload, from: peer.address, to: destination, port: port) else {
      refuseReply(to: peer)
      return nil
    }
    if responder.reply == .echo { return payload }
    return UnsafeRawBufferPointer(rebasing: datagramReceipt[..<min(datagramReceipt.count, payload.count)])
  }

  private func record(_ payload: UnsafeRawBufferPointer, flags: MessageRecord.Flags, isTruncated: Bool, peer: Peer) {
    let kept = min(payload.count, configuration.limits.messageBytes)
    var flags = flags
    if isTruncated || kept < payload.count { flags.insert(.truncated) }
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

  private func sendReplies(_ count: Int, _ bytes: Int, on socket: BoundSocket) {
    let sent = calls.sendDatagrams(datagrams, socket.socket.descriptor)
    if sent < 0 {
      tell(.failure(SystemError("sendmmsg", code: Int32(-sent)), peer: nil, at: time))
    } else {
      totals.traffic.bytesSent &+= UInt64(bytes * sent / count)
    }
  }
}
