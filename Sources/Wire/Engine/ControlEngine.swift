/// The control socket on a thread of its own: tells viewers what the spool has, and hands on what they ask for.
///
/// Confined to one thread from the moment it runs. What a viewer does not take stays in the spool, and then is gone.
final class ControlEngine {
  static let viewerLimit = 32
  static let root: UInt32 = 0
  /// Where processors are short the telling comes after the answering: who watches learns what they missed.
  static let nice: Int32 = 19
  /// Bytes of text that are made of the spool at once.
  static let turnBytes = 64 << 10
  static let readsPerEvent = 64
  private static let restMilliseconds: Int32 = 100
  /// How long the end waits for viewers that have not heard all.
  private static let lastNanoseconds: Int64 = 400_000_000
  /// What the kernel is asked to keep for a viewer that is not waited for.
  static let lastBufferBytes: Int32 = 1 << 20

  let spool: EventSpool
  let codec: ControlCodec
  let calls: SystemCalls
  let poller: Poller
  private let waker: Waker
  let commands: Mailbox<ServerCommand>
  private var listener: ControlListener?
  private var hello: ControlHello

  var viewers: [UInt64: ControlViewer] = [:]
  private var nextToken = ControlEngine.listenerToken + 1
  var now: Int64 = 0
  /// Until when nobody is let in because that failed.
  private var restsUntil: Int64?
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 10, alignment: 64)
  var text: [UInt8] = []

  private static let wakerToken: UInt64 = 0
  private static let listenerToken: UInt64 = 1

  init(
    _ configuration: ControlConfiguration,
    endpoints: [Endpoint],
    calls: SystemCalls,
    commands: Mailbox<ServerCommand>
  ) throws(ControlFailure) {
    codec = configuration.codec
    self.calls = calls
    self.commands = commands
    let listener = try ControlListener.bind(in: configuration.folder, name: ControlEngine.name(endpoints))
    self.listener = listener
    hello = ControlHello(
      instance: .random(in: .min ... .max),
      name: listener.name,
      process: Socket.ownProcess,
      started: Clock.wall,
      endpoints: endpoints
    )
    do throws(SystemError) {
      let waker = try Waker()
      self.waker = waker
      spool = EventSpool { waker.signal() }
      poller = try Poller()
      try poller.add(waker.descriptor, .read, token: ControlEngine.wakerToken)
      try poller.add(listener.socket.descriptor, .read, token: ControlEngine.listenerToken)
    } catch {
      throw .system(error, path: nil)
    }
  }

  deinit { readBuffer.deallocate() }

  private static func name(_ endpoints: [Endpoint]) -> String {
    for endpoint in endpoints {
      switch endpoint {
      case .tcp(_, let port), .udp(_, let port): return "\(port)"
      case .unix: break
      }
    }
    return "\(Socket.ownProcess)"
  }

  /// Runs on a thread of its own.
  static func start(_ engine: sending ControlEngine, isConfined: Bool) throws(ControlFailure) -> WireThread {
    let path = engine.listener?.path
    let spool = engine.spool
    do throws(SystemError) {
      // What can go wrong does so with the other sandbox, too, and is told of there.
      let confinement = isConfined ? path.flatMap { try? Confinement(.control($0)) } : nil
      return try WireThread(name: "control", nice: nice) {
        try? confinement?.enter()
        engine.run()
      }
    } catch {
      spool.end()
      throw .system(error, path: nil)
    }
  }

  /// Runs until the server has ended and its viewers have heard so.
  func run() {
    var isBusy = false
    while !spool.isOver {
      awaitEvents(milliseconds: isBusy ? 0 : restsUntil.map { Clock.milliseconds(from: now, to: $0) })
      endRest()
      isBusy = feedAll()
    }
    finish()
  }

  private func awaitEvents(milliseconds: Int32?) {
    let ready = poller.wait(milliseconds: milliseconds)
    now = Clock.monotonic
    if ready < 0 { rest() }
    for index in 0..<max(0, ready) { handle(poller.event(index)) }
  }

  private func handle(_ event: Poller.Event) {
    switch event.token {
    case ControlEngine.wakerToken: waker.clear()
    case ControlEngine.listenerToken: accept()
    default:
      guard let viewer = viewers[event.token] else { return }
      if event.isReadable { receive(from: viewer) }
      if event.isWritable { flush(viewer) }
      if event.isBroken { remove(viewer) } else { settle(viewer) }
    }
  }

  /// Lets the viewers hear the server's last word, as far as they listen.
  private func finish() {
    // Nobody comes any more, and the name is free for the next server.
    listener = nil
    now = Clock.monotonic
    let end = now + (spool.isHurried ? 0 : ControlEngine.lastNanoseconds)
    for viewer in viewers.values { viewer.finish() }
    while true {
      let isBusy = feedAll()
      for viewer in viewers.values { settle(viewer) }
      guard !viewers.isEmpty, now < end else { break }
      awaitEvents(milliseconds: isBusy ? 0 : Clock.milliseconds(from: now, to: end))
    }
    for viewer in viewers.values {
      takeLeave(of: viewer)
      remove(viewer)
    }
  }

  // Viewers that come and go.

  private func accept() {
    guard let listener else { return }
    for _ in 0..<ControlEngine.viewerLimit {
      let (descriptor, _) = calls.accept(listener.socket.descriptor)
      if descriptor == -Errno.again || descriptor == -Errno.interrupted { return }
      guard descriptor >= 0 else { return restFromAccepting() }
      admit(Socket(owning: descriptor))
    }
  }

  private func admit(_ socket: consuming Socket) {
    let user = calls.peerUser(socket.descriptor)
    if user != Socket.ownUser, user != ControlEngine.root { return refuse(socket, .notPermitted) }
    if viewers.count == ControlEngine.viewerLimit {
      return refuse(socket, .tooManyViewers(limit: ControlEngine.viewerLimit))
    }
    let viewer = ControlViewer(socket: socket, token: nextToken)
    guard (try? poller.add(viewer.socket.descriptor, viewer.interest, token: viewer.token)) != nil else { return }
    nextToken += 1
    viewers[viewer.token] = viewer
    (hello.oldest, hello.next) = spool.messages
    say(.hello(hello), to: viewer)
    settle(viewer)
  }

  private func refuse(_ socket: consuming Socket, _ refusal: ControlRefusal) {
    text.removeAll(keepingCapacity: true)
    codec.append(.refused(refusal), &text)
    _ = text.withUnsafeBytes { calls.send(socket.descriptor, $0) }
    discardInput(of: socket.descriptor)
  }

  /// What is unread when a socket is closed would break the connection off (ECONNRESET).
  private func discardInput(of descriptor: Int32) {
    for _ in 0..<ControlEngine.readsPerEvent where calls.receive(descriptor, readBuffer) <= 0 { return }
  }

  func remove(_ viewer: ControlViewer) {
    guard viewers.removeValue(forKey: viewer.token) != nil else { return }
    if viewer.reads { spool.addReaders(-1) }
    discardInput(of: viewer.socket.descriptor)
  }

  /// What fails at once would be tried without end.
  private func rest() {
    waker.wait(milliseconds: ControlEngine.restMilliseconds)
    waker.clear()
  }

  /// Lets nobody in for a while.
  private func restFromAccepting() {
    watchListener(for: [])
    restsUntil = now + Int64(ControlEngine.restMilliseconds) * 1_000_000
  }

  private func endRest() {
    guard let end = restsUntil, now >= end else { return }
    watchListener(for: .read)
    restsUntil = nil
  }

  private func watchListener(for interest: Poller.Interest) {
    guard let listener else { return }
    try? poller.change(listener.socket.descriptor, interest, token: ControlEngine.listenerToken, by: calls)
  }
}
