internal import CSystem

/// Slots for the datagrams of one recvmmsg(2), each of the largest size there is, and the replies to them.
package final class DatagramGroup {
  package static let capacity = 64

  private let group: OpaquePointer

  /// Throws when there is no memory for the slots.
  init() throws(SystemError) {
    guard let group = csystem_datagrams_create(Int32(DatagramGroup.capacity)) else {
      throw SystemError("mmap", code: Errno.noMemory)
    }
    self.group = group
  }

  deinit { csystem_datagrams_destroy(group) }

  func receive(from descriptor: Int32) -> Int { Int(csystem_datagrams_receive(group, descriptor)) }

  func send(to descriptor: Int32) -> Int { Int(csystem_datagrams_send(group, descriptor)) }

  /// Bytes of replies that the last send sent.
  var sentBytes: Int { csystem_datagrams_sent_bytes(group) }

  /// Why the last send could not send all replies; 0 when it could.
  var sendError: Int32 { csystem_datagrams_send_error(group) }

  /// Which replies the last send could not send, a bit each in the order of their queueing.
  var unsentReplies: UInt64 { csystem_datagrams_unsent(group) }

  /// One datagram of the last receive; its bytes are valid until the next.
  func datagram(at index: Int) -> csystem_datagram {
    var datagram = csystem_datagram()
    csystem_datagrams_get(group, Int32(index), &datagram)
    return datagram
  }

  /// Queues an answer to one datagram of the last receive; `bytes` must live until the send.
  func reply(to index: Int, with bytes: UnsafeRawBufferPointer) {
    csystem_datagrams_reply(group, Int32(index), bytes.baseAddress, bytes.count)
  }

  /// Queues an answer to a peer, from one of this machine's addresses if that is known, over what was received; `bytes` must
  /// live until the send.
  func answer(_ peer: SocketAddress, from source: SocketAddress?, with bytes: UnsafeRawBufferPointer) {
    var peer = csystem_address(peer)
    var source = source.map(csystem_address.init) ?? csystem_address()
    csystem_datagrams_answer(group, &peer, &source, bytes.baseAddress, bytes.count)
  }

  /// Forgets what was queued and not sent.
  func forget() { csystem_datagrams_forget(group) }

  /// Queues a datagram for a connected socket, at most `capacity` of them; `bytes` must live until the transmission.
  func queue(_ bytes: UnsafeRawBufferPointer) {
    csystem_datagrams_queue(group, bytes.baseAddress, bytes.count)
  }

  /// Sends what was queued over a connected socket, up to the first that fails: how many went, or why the first did not.
  func transmit(to descriptor: Int32) -> Int { Int(csystem_datagrams_transmit(group, descriptor)) }
}
