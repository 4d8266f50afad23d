/// What a client's wire tells whoever records it.
package struct ClientRecord: Sendable {
  /// Which of the client's connections tells it, counted from 1.
  package var connection: UInt32
  package var event: ClientEvent

  package init(connection: UInt32, event: ClientEvent) {
    self.connection = connection
    self.event = event
  }
}

/// Hands what a client's connections tell, one after another, to the thread that records it: all of it, in its order.
package final class ClientRecorder: Sendable {
  private struct State: Sendable {
    var connectionCount: UInt32 = 0
    var hasEnded = false
    /// Lets the wire of the latest connection go on.
    var wakeWire: (@Sendable () -> Void)?
  }

  package let records: Mailbox<ClientRecord>
  private let state: Guarded<State>

  /// `wakeReader` is called, on a wire thread, when there is something to record again; beyond `capacity` bytes the wire
  /// waits.
  package init(capacity: Int = 4 << 20, wakeReader: @escaping @Sendable () -> Void) {
    let state = Guarded(State())
    self.state = state
    records = Mailbox(
      capacity: capacity,
      wakeReader: wakeReader,
      wakePoster: { state.withLock { $0.wakeWire }?() }
    )
  }

  /// Nothing is recorded any more, and no wire waits for it.
  package func end() {
    state.withLock { $0.hasEnded = true }
    _ = records.drain()
  }

  /// The part of the next connection's wire.
  func connection(_ configuration: ClientConfiguration, wakeWire: @escaping @Sendable () -> Void) -> Connection {
    let number = state.withLock { state in
      state.connectionCount &+= 1
      state.wakeWire = wakeWire
      return state.connectionCount
    }
    return Connection(
      recorder: self,
      number: number,
      framing: configuration.framing,
      transport: configuration.endpoint.transport,
      limit: configuration.messageBytes
    )
  }

  /// One connection's way to the recorder.
  struct Connection: Sendable {
    fileprivate let recorder: ClientRecorder
    fileprivate let number: UInt32
    fileprivate let framing: Framing
    fileprivate let transport: Transport
    fileprivate let limit: Int

    /// What is kept of a message, and whether that is not all of it.
    func payload(of framed: UnsafeRawBufferPointer) -> (bytes: UnsafeRawBufferPointer, isCut: Bool) {
      let range = framing.payloadRange(ofFramed: framed.count, transport: transport)
      let payload = UnsafeRawBufferPointer(rebasing: framed[range])
      return (UnsafeRawBufferPointer(rebasing: payload.prefix(limit)), payload.count > limit)
    }

    /// False says that the recorder is behind.
    func post(_ event: ClientEvent, cost: Int) -> Bool {
      guard !recorder.hasEnded else { return true }
      // Asked again: what ended meanwhile does not take it out.
      return recorder.records.post(ClientRecord(connection: number, event: event), cost: cost) || recorder.hasEnded
    }

    var hasRoom: Bool { recorder.hasEnded || recorder.records.hasRoom }
  }

  private var hasEnded: Bool { state.withLock { $0.hasEnded } }
}
