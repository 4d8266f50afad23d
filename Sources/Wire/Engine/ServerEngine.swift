internal import CSystem

/// The server on its wire thread: one loop over all sockets, which answers first and tells afterwards.
///
/// Confined to one thread from the moment it runs.
final class ServerEngine {
  /// How often slow and idle connections are looked for, while there are any.
  private static let tickNanoseconds: Int64 = 1_000_000_000
  /// How long messages are gathered while there is more to read, and, but for full batches, the least time from one waking
  /// of the watcher to the next: a busy wire does not wake it each round.
  static let gatherNanoseconds: Int64 = 1_000_000
  /// After so many messages commands are looked for within a round: many peers that send as fast as they can make it long.
  private static let messagesPerLook: UInt64 = 1 << 18

  let configuration: ServerConfiguration
  let calls: SystemCalls
  let responder: Responder
  let poller: Poller
  let waker: Waker
  let rightOfWay: RightOfWay
  let commands: Mailbox<ServerCommand>
  let events: Mailbox<ServerEvent>
  /// What happened most recently, for viewers that come and go; nil where none can.
  var spool: EventSpool?
  /// What happened, for whoever records it; nil when nobody does, or not any more.
  var records: Mailbox<ServerEvent>?
  /// Who records; nil when nobody ever did.
  let recorder: Recorder?
  /// Whether receipts wait until what they acknowledge is recorded.
  var withholdsReceipts: Bool
  var withheld = WithheldReceipts()
  var recordingFailure: RecordingFailure?

  var bound: [BoundSocket]
  var connections: [StreamConnection?] = []
  var freeSlots: [Int] = []
  var openCount = 0
  /// Connections with bytes that their peers have not taken.
  var waitingCount = 0
  /// Bytes that unfinished messages hold, over all connections.
  var unfinishedCount = 0
  var connectionNumber: UInt32 = 0
  var builder = BatchBuilder()
  var totals = ServerTotals()
  var shutdown = Shutdown()
  let datagrams: DatagramGroup
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
  let streamReceipt: UnsafeMutableRawBufferPointer
  let datagramReceipt: UnsafeMutableRawBufferPointer
  /// The receipts of one event, written together.
  var answers: [UInt8] = []
  var replyLimiter = ReplyLimiter()
  var now: Int64 = 0
  var time = Timestamp(nanoseconds: 0)
  /// Whether a bound socket is left alone for a while.
  var isResting = false
  /// Whether connections that drain may have sent more than was read of them.
  var mayHaveUnread = false
  /// The connection that was last read from to drain it.
  var drainSlot = 0
  /// Whether datagrams have come since the kernel was last asked for its drops.
  var mayHaveDropped = false

  /// Whether the watcher of a lossless server, or the recorder, is behind.
  var isHeld = false
  /// How long the watcher has held the wire in all: peers are not to blame for that time.
  private var heldNanoseconds: Int64 = 0
  /// What the watcher was too slow for since it was last told.
  var skipped = Drop(by: .server)
  var refusedConnections: UInt64 = 0
  var refusedReplies: (count: UInt64, lastPeer: Peer)?
  var refusedStops: (count: UInt64, lastPeer: Peer)?
  /// When refusals that are gathered are to be told.
  var refusalsDue: Int64 = 0
  /// The stop message of this round; the end begins when the round is done.
  private var stopMessage: StopReason?
  private var nextTick: Int64 = 0
  /// The message after which commands are looked for within a round.
  private var nextLook = ServerEngine.messagesPerLook
  /// When the batch that is being gathered is due; nil when there was none at the end of the last round.
  private var batchDue: Int64?
  /// Whether there is news that the watcher was not woken for, and when it may be woken again.
  var hasNews = false
  var wakeDue: Int64 = 0
  /// Why the poller last did not wait; nil once it has again.
  private var waitFailure: SystemError?

  /// Binds everything, so that whoever starts a server knows at once whether it can be reached.
  init(
    _ configuration: ServerConfiguration,
    calls: SystemCalls,
    waker: Waker,
    commands: Mailbox<ServerCommand>,
    events: Mailbox<ServerEvent>,
    recorder: Recorder?,
    rightOfWay: RightOfWay
  ) throws(WireError) {
    self.configuration = configuration
    self.rightOfWay = rightOfWay
    self.recorder = recorder
    withholdsReceipts = recorder?.withholdsReceipts ?? false
    records = recorder.map { recorder in
      Mailbox(capacity: recorder.capacity, wakeReader: recorder.wake, wakePoster: { waker.signal() })
    }
    self.calls = calls
    self.waker = waker
    self.commands = commands
    self.events = events
    responder = Responder(
      reply: configuration.reply,
      stopPolicy: configuration.stopPolicy,
      framing: configuration.framing
    )
    streamReceipt = .allocate(copying: responder.streamReceipt)
    datagramReceipt = .allocate(copying: Responder.datagramReceipt)
    Socket.raiseDescriptorLimit()
    bound = try BoundSocket.bindAll(configuration)
    do throws(SystemError) {
      datagrams = try DatagramGroup()
      poller = try Poller()
      try poller.add(waker.descriptor, .read, token: ServerEngine.wakerToken)
      for (index, socket) in bound.enumerated() {
        try poller.add(socket.socket.descriptor, .read, token: ServerEngine.token(ofBound: index))
      }
      if let input = rightOfWay.input {
        // What can't be watched only has to wait.
        try? poller.add(input, [.read, .edgeTriggered], token: ServerEngine.inputToken)
      }
    } catch {
      throw .system(error)
    }
  }

  deinit {
    readBuffer.deallocate()
    streamReceipt.deallocate()
    datagramReceipt.deallocate()
  }

  // A token is a slot and a connection's number; number 0 is for descriptors that are no connection.
  private static let wakerToken = UInt64(UInt32.max) << 32
  private static let inputToken = UInt64(UInt32.max - 1) << 32

  static func token(ofBound index: Int) -> UInt64 { UInt64(index) << 32 }

  /// Runs until the shutdown is complete.
  func run() {
    readClocks()
    tell(.listening(bound.map(\.endpoint)))
    tellRecording()
    wakeWatcher()
    while shutdown.state != .ended {
      let isBusy = batchDue != nil || mayHaveUnread
      let ready = calls.awaitEvents { poller.wait(milliseconds: isBusy ? 0 : milliseconds()) }
      readClocks()
      if ready < 0 { rest(after: SystemError("epoll_wait", code: Int32(-ready))) } else { waitFailure = nil }
      for index in 0..<max(0, ready) {
        handle(poller.event(index))
        awaitWatcher()
        if builder.lastSequence >= nextLook, lookUp() { break }
      }
      if mayHaveUnread { receiveFromDraining() }
      finishRound(isQuiet: ready <= 0)
      awaitWatcher()
      rightOfWay.respect(now: now)
    }
    end()
  }

  /// Obeys commands alone for a while, because the poller fails: what fails at once would be tried without end.
  private func rest(after error: SystemError) {
    if waitFailure != error { tell(.failure(error, peer: nil, at: time)) }
    waitFailure = error
    waker.wait(milliseconds: min(ServerEngine.restMilliseconds, milliseconds() ?? .max))
    readClocks()
    waker.clear()
    takeCommands()
  }

  /// Obeys commands within a long round; true when the end is due.
  private func lookUp() -> Bool {
    nextLook = builder.lastSequence + ServerEngine.messagesPerLook
    readClocks()
    waker.clear()
    takeCommands()
    return now >= shutdown.deadline ?? .max
  }

  @inline(__always)
  private func awaitWatcher() { if isHeld { holdPeers() } }

  /// Leaves peers alone as long as the watcher of a lossless server, or the recorder, is behind; commands and deadlines hold
  /// all the same.
  private func holdPeers() {
    while isHeld, shutdown.state != .ended {
      finishRound(isQuiet: true)
      isHeld = !hasRoom
      guard isHeld else { break }
      let before = now
      waker.wait(milliseconds: milliseconds())
      readClocks()
      heldNanoseconds += now - before
      waker.clear()
      takeCommands()
    }
    mayHaveUnread = !shutdown.isRunning
  }

  private var hasRoom: Bool {
    (configuration.delivery == .lossy || events.hasRoom) && records?.hasRoom ?? true
  }

  /// The clock by which peers are judged: it stands while the watcher holds the wire.
  var attentiveNow: Int64 { now - heldNanoseconds }

  /// How long receipts took that the kernel takes at this moment.
  var replyTime: ReplyTime { ReplyTime(nanoseconds: Clock.monotonic - now) }

  private func readClocks() {
    now = Clock.monotonic
    time = Clock.wall
  }

  /// How long nothing needs to be done if nothing happens: for ever when idle.
  private func milliseconds() -> Int32? {
    var next: Int64?
    func consider(_ moment: Int64) { next = min(next ?? moment, moment) }
    if let deadline = shutdown.deadline { consider(deadline) }
    if isResting { for case let end? in bound.map(\.restsUntil) { consider(end) } }
    if needsTick, !isHeld { consider(nextTick) }
    if hasRefusals { consider(refusalsDue) }
    if hasNews { consider(wakeDue) }
    return next.map { Clock.milliseconds(from: now, to: $0) }
  }

  private var needsTick: Bool {
    waitingCount > 0 || mayHaveDropped || (configuration.limits.idleSeconds != nil && openCount > 0)
  }

  private func handle(_ event: Poller.Event) {
    let slot = Int(event.token >> 32)
    let number = UInt32(truncatingIfNeeded: event.token)
    if number != 0 {
      guard slot < connections.count, let connection = connections[slot],
        connection.peer.connection.number == number
      else { return }
      handle(event, on: connection)
    } else if event.token == ServerEngine.wakerToken {
      waker.clear()
      takeCommands()
    } else if event.token == ServerEngine.inputToken {
      rightOfWay.grant()
    } else if slot < bound.count {
      let socket = bound[slot]
      if socket.endpoint.transport.isDatagram { receiveDatagrams(on: socket) } else { accept(on: socket) }
    }
  }

  private func takeCommands() {
    for command in commands.drain() {
      switch command {
      case .stop: beginShutdown(.asked)
      case .disconnect(let id):
        if let connection = connections.lazy.compactMap({ $0 }).first(where: { $0.peer.connection == id }) {
          close(connection, .closed)
        }
      case .recorded(let sequence): release(upTo: sequence)
      case .recordingRotated(let number): tellRotation(number)
      case .recordingFailed(let failure): endRecording(failure)
      }
    }
  }

  /// Notes a stop message that the policy allows.
  func stop(askedBy peer: Peer) { stopMessage = stopMessage ?? .message(peer) }

  /// `isQuiet`: there was nothing more to read.
  private func finishRound(isQuiet: Bool) {
    if let stopMessage { beginShutdown(stopMessage) }
    if isResting { endRests() }
    if needsTick, now >= nextTick {
      nextTick = now + ServerEngine.tickNanoseconds
      for case let connection? in connections {
        if case .close(let reason) = connection.life.tick(now: attentiveNow) { close(connection, reason) }
      }
      if mayHaveDropped { reportKernelDrops() }
    }
    if !shutdown.isRunning {
      var owing = withheld.datagramCount
      for case let connection? in connections where connection.life.isOwing(queued: connection.output.count) {
        owing += 1
      }
      shutdown.update(open: openCount, owing: owing, now: now)
    }
    if isQuiet || builder.batch.isEmpty || now >= batchDue ?? .max { postBatch() }
    if now >= refusalsDue { tellRefusals() }
    tellSkipped()
    if isHeld || now >= wakeDue { wakeWatcher() }
    batchDue = builder.batch.isEmpty ? nil : batchDue ?? now + ServerEngine.gatherNanoseconds
  }
}
