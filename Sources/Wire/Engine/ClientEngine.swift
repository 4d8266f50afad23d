/// A client on its wire thread: one poller, one connection, commands in, events out.
final class ClientEngine {
  private static let wakerToken: UInt64 = 0
  private static let restMilliseconds: Int32 = 100

  private let configuration: ClientConfiguration
  private let calls: SystemCalls
  private let waker: Waker
  private let commands: Mailbox<ClientCommand>
  private let backlog: SendBacklog
  private let poller: Poller
  private let connector: ClientConnector
  private var conversation: Conversation
  private var exchange: ClientExchange?
  private var interest: Poller.Interest = []
  private var isFinishing = false
  private var hasEnded = false
  /// Why the poller last did not wait; nil once it has again.
  private var waitFailure: SystemError?
  /// What the backlog still counts of the queue.
  private var accounted = 0

  init(
    _ configuration: ClientConfiguration,
    calls: SystemCalls,
    waker: Waker,
    commands: Mailbox<ClientCommand>,
    backlog: SendBacklog,
    report: consuming ClientReport
  ) throws(SystemError) {
    self.configuration = configuration
    self.calls = calls
    self.waker = waker
    self.commands = commands
    self.backlog = backlog
    poller = try Poller()
    connector = ClientConnector(configuration, calls: calls, waker: waker)
    conversation = Conversation(configuration, report: report)
    try poller.add(waker.descriptor, .read, token: ClientEngine.wakerToken)
  }

  /// Runs until the client has ended.
  func run() {
    follow(connector.begin(poller, &conversation.report))
    while !hasEnded { turn() }
  }

  private func turn() {
    if exchange != nil, conversation.report.isHeld {
      waker.wait(milliseconds: nil)
      takeCommands()
      if !conversation.report.isHeld { conversation.restartPatience(at: Clock.monotonic) }
      return
    }
    let patience = patience()
    let count = calls.awaitEvents { poller.wait(milliseconds: conversation.report.isGathering ? 0 : patience) }
    if count < 0 { rest(after: SystemError("epoll_wait", code: Int32(-count))) } else { waitFailure = nil }
    var isReadable = false
    var isWritable = false
    for index in 0..<max(0, count) where !hasEnded {
      let event = poller.event(index)
      if event.token == ClientEngine.wakerToken {
        takeCommands()
      } else if let exchange {
        guard event.token == exchange.socket.token else { continue }
        isReadable = isReadable || event.isReadable
        isWritable = isWritable || event.isWritable
      } else {
        follow(connector.ready(event.token, poller, &conversation.report))
      }
    }
    if hasEnded { return }
    if exchange == nil { follow(connector.tick(poller, &conversation.report)) }
    talk(isReadable: isReadable, isWritable: isWritable)
    conversation.report.finishRound(isIdle: count <= 0 && patience != 0)
    settleBacklog()
  }

  /// Obeys commands alone for a while, because the poller fails: what fails at once would be tried without end.
  private func rest(after error: SystemError) {
    if waitFailure != error { conversation.report.post(.failure(error, at: Clock.wall)) }
    waitFailure = error
    waker.wait(milliseconds: min(ClientEngine.restMilliseconds, patience() ?? .max))
    takeCommands()
  }

  /// How long there is nothing to do by itself, in milliseconds; nil is for ever.
  private func patience() -> Int32? {
    let now = Clock.monotonic
    let deadline =
      if let exchange { exchange.deadline(conversation, isFinishing: isFinishing, now: now) } else {
        connector.deadline
      }
    return deadline.map { Clock.milliseconds(from: now, to: $0) }
  }

  private func takeCommands() {
    waker.clear()
    conversation.report.resumeIfDrained()
    var isClosing = false
    for command in commands.drain() {
      switch command {
      case .send(let batch): enqueue(batch)
      case .finish:
        isFinishing = true
        // The last patience begins here, however long nothing was sent before.
        conversation.lastProgress = Clock.monotonic
      case .close: isClosing = true
      }
    }
    if isClosing { end(.closed) }
  }

  private func enqueue(_ batch: OutgoingBatch) {
    conversation.queue.append(batch)
    accounted += batch.cost
  }

  private func settleBacklog() {
    let cost = conversation.queue.cost
    if accounted != cost { backlog.remove(accounted - cost) }
    accounted = cost
  }

  // MARK: Connecting

  private func follow(_ step: ClientConnector.Step) {
    guard !hasEnded else { return }
    switch step {
    case .waiting: return
    case .failed(let error): end(.failed(error))
    case .connected(let socket): adopt(socket)
    }
  }

  private func adopt(_ socket: ClientSocket) {
    if configuration.endpoint.transport.isDatagram {
      do throws(SystemError) {
        let datagrams = try ClientDatagrams(
          socket,
          configuration: configuration,
          calls: calls,
          hasOtherAddresses: connector.hasOtherDatagramAddresses
        )
        exchange = ClientExchange(datagrams, configuration: configuration)
      } catch {
        return end(.failed(.system(error)))
      }
    } else {
      let stream = ClientStream(socket, configuration: configuration, calls: calls)
      exchange = ClientExchange(stream, configuration: configuration)
    }
    guard watch(socket, for: .read) else { return }
    conversation.lastProgress = Clock.monotonic
    let local = socket.address == nil ? nil : socket.socket.localAddress
    conversation.report.post(.connected(local: local, peer: socket.address, at: Clock.wall))
  }

  // MARK: Talking

  private func talk(isReadable: Bool, isWritable: Bool) {
    guard !hasEnded, let exchange else { return }
    let verdict = exchange.round(
      isReadable: isReadable,
      isWritable: isWritable,
      isFinishing: isFinishing,
      &conversation
    )
    switch verdict {
    case .ended(let reason): end(reason)
    case .refused(let error): tryNextAddress(after: error, from: exchange)
    case .goesOn:
      let wanted = exchange.interest(conversation)
      if wanted != interest { watch(exchange.socket, for: wanted) }
    }
  }

  /// Has the poller tell of the socket; false when it can't, which is the end.
  @discardableResult
  private func watch(_ socket: ClientSocket, for wanted: Poller.Interest) -> Bool {
    interest = wanted
    do throws(SystemError) {
      try poller.change(socket.descriptor, wanted, token: socket.token, by: calls)
      return true
    } catch {
      end(.failed(.broken(configuration.endpoint, error)))
      return false
    }
  }

  private func tryNextAddress(after error: SystemError, from refused: ClientExchange) {
    let step = connector.nextDatagramAddress(
      after: error,
      at: refused.socket.address,
      poller,
      &conversation.report
    )
    if case .connected = step, let written = refused.takeRetained() { conversation.sendAgain(written) }
    exchange = nil
    follow(step)
  }

  // MARK: Ending

  private func end(_ reason: ClientEnd) {
    guard !hasEnded else { return }
    hasEnded = true
    exchange?.finishReading(&conversation)
    exchange = nil
    connector.close()
    for case .send(let batch) in commands.drain() { enqueue(batch) }
    conversation.abandon()
    settleBacklog()
    conversation.report.flush()
    let totals = conversation.report.totals
    conversation.report.post(.ended(reason, totals, at: Clock.wall))
  }
}
