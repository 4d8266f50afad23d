/// Brings a client from its endpoint's name to a connected socket.
final class ClientConnector {
  enum Step {
    case waiting
    case connected(ClientSocket)
    case failed(WireError)
  }

  /// How long to wait before a Unix peer whose queue of connections is full is asked again.
  private static let retryNanoseconds: Int64 = 10_000_000

  private let endpoint: Endpoint
  private let timeoutNanoseconds: Int64
  private let calls: SystemCalls
  private let waker: Waker
  private var end: Int64 = 0
  private var isOver = false
  private var resolver: Resolver?
  private var race: AddressRace?
  private var attempts: [Int: ClientSocket] = [:]
  /// A datagram client's addresses that have not been tried, and why the others did not do.
  private var datagramAddresses: ArraySlice<SocketAddress> = []
  private var datagramError: SystemError?
  private var pathRetryAt: Int64?

  init(_ configuration: ClientConfiguration, calls: SystemCalls, waker: Waker) {
    endpoint = configuration.endpoint
    timeoutNanoseconds = configuration.timeoutNanoseconds
    self.calls = calls
    self.waker = waker
  }

  /// When `tick` has something to do.
  var deadline: Int64? {
    if isOver { return nil }
    return race?.deadline ?? pathRetryAt.map { min($0, end) } ?? end
  }

  var hasOtherDatagramAddresses: Bool { !datagramAddresses.isEmpty }

  func begin(_ poller: borrowing Poller, _ report: inout ClientReport) -> Step {
    let now = Clock.monotonic
    end = now &+ timeoutNanoseconds
    switch endpoint {
    case .unix(let path):
      report.post(.connecting(nil, at: Clock.wall))
      return settled(connect(toPath: path, poller, &report))
    case .tcp(let host, _), .udp(let host, _):
      if let address = Resolver.literal(host) { return settled(connect([address], poller, &report)) }
      report.post(.resolving(host: host, at: Clock.wall))
      do throws(SystemError) {
        resolver = try Resolver.start(host, resolve: calls.resolve, waker: waker)
      } catch {
        return settled(.failed(.system(error)))
      }
      return .waiting
    }
  }

  /// A socket that is being connected is ready.
  func ready(_ token: UInt64, _ poller: borrowing Poller, _ report: inout ClientReport) -> Step {
    let index = Int(token) - 1
    guard let attempt = attempts[index], let race else { return .waiting }
    var code = attempt.socket.takeError()
    // A free port in the range for outgoing connections can connect to itself.
    if code == 0, attempt.socket.localAddress == attempt.address { code = Errno.connectionRefused }
    guard code == 0 else { return settled(fail(index, SystemError("connect", code: code), poller, &report)) }
    var next = race
    let actions = next.succeeded(index)
    self.race = next
    return settled(perform(actions, poller, &report))
  }

  /// Looks at the resolver and at the clock.
  func tick(_ poller: borrowing Poller, _ report: inout ClientReport) -> Step {
    if isOver { return .waiting }
    let now = Clock.monotonic
    if let answer = resolver?.take() {
      resolver = nil
      switch answer {
      case .success(let addresses):
        report.post(.resolved(addressCount: AddressRace.interleaved(addresses).count, at: Clock.wall))
        return settled(connect(addresses, poller, &report))
      case .failure(let error): return settled(.failed(.unknownHost(host, reason: error.reason)))
      }
    }
    if let actions = race?.tick(now: now) { return settled(perform(actions, poller, &report)) }
    if now >= end { return settled(.failed(.connectTimeout(endpoint))) }
    if case .unix(let path) = endpoint, let pathRetryAt, now >= pathRetryAt {
      return settled(connect(toPath: path, poller, &report))
    }
    return .waiting
  }

  /// Lets go of everything that is under way.
  func close() {
    isOver = true
    resolver = nil
    attempts = [:]
  }

  private var host: String {
    switch endpoint {
    case .tcp(let host, _), .udp(let host, _): host
    case .unix(let path): path
    }
  }

  private func settled(_ step: Step) -> Step {
    if case .waiting = step { return step }
    isOver = true
    attempts = [:]
    return step
  }

  private func connect(_ addresses: [SocketAddress], _ poller: borrowing Poller, _ report: inout ClientReport) -> Step {
    guard case .tcp(_, let port) = endpoint else { return connectDatagrams(addresses, poller, &report) }
    let now = Clock.monotonic
    var race = AddressRace(addresses.map { $0.at(port) }, now: now, timeoutNanoseconds: end &- now)
    let actions = race.begin(now: now)
    self.race = race
    return perform(actions, poller, &report)
  }

  private func connectDatagrams(
    _ addresses: [SocketAddress],
    _ poller: borrowing Poller,
    _ report: inout ClientReport
  ) -> Step {
    guard case .udp(_, let port) = endpoint else { return .waiting }
    datagramAddresses = AddressRace.interleaved(addresses.map { $0.at(port) })[...]
    return nextDatagramAddress(poller, &report)
  }

  // MARK: Streams

  private func perform(
    _ actions: [AddressRace.Action],
    _ poller: borrowing Poller,
    _ report: inout ClientReport
  ) -> Step {
    var step = Step.waiting
    for action in actions {
      switch action {
      case .start(let index): step = start(index, poller, &report)
      case .cancel(let index): attempts[index] = nil
      case .connected(let index):
        if let winner = attempts.removeValue(forKey: index) { step = .connected(winner) }
      case .failed(.error(let error)): step = .failed(.cannotConnect(endpoint, error))
      case .failed(.timeout): step = .failed(.connectTimeout(endpoint))
      }
    }
    return step
  }

  private func start(_ index: Int, _ poller: borrowing Poller, _ report: inout ClientReport) -> Step {
    guard let address = race?.addresses[index] else { return .waiting }
    report.post(.connecting(address, at: Clock.wall))
    do throws(SystemError) {
      let socket = try Socket(family: address.family, isDatagram: false)
      socket.disableDelay()
      let result = calls.connect(socket.descriptor, address)
      guard result == 0 || result == -Errno.inProgress || result == -Errno.interrupted else {
        throw SystemError("connect", code: -result)
      }
      // A connection that is there at once is writable at once.
      let token = UInt64(index) + 1
      try poller.add(socket.descriptor, .write, token: token)
      attempts[index] = ClientSocket(socket, address: address, token: token)
      return .waiting
    } catch {
      return fail(index, error, poller, &report)
    }
  }

  private func fail(
    _ index: Int,
    _ error: SystemError,
    _ poller: borrowing Poller,
    _ report: inout ClientReport
  ) -> Step {
    attempts[index] = nil
    guard var next = race else { return .waiting }
    report.post(.attemptFailed(next.addresses[index], error, at: Clock.wall))
    let actions = next.failed(index, error, now: Clock.monotonic)
    race = next
    return perform(actions, poller, &report)
  }

  // MARK: Unix

  private func connect(toPath path: String, _ poller: borrowing Poller, _ report: inout ClientReport) -> Step {
    pathRetryAt = nil
    do throws(SystemError) {
      let socket = try Socket(family: .unix, isDatagram: false)
      let result = socket.connect(toPath: path)
      if result == -Errno.again || result == -Errno.interrupted {
        pathRetryAt = Clock.monotonic &+ ClientConnector.retryNanoseconds
        return .waiting
      }
      if result < 0 { throw SystemError("connect", code: -result) }
      try poller.add(socket.descriptor, .read, token: 1)
      return .connected(ClientSocket(socket, address: nil, token: 1))
    } catch {
      report.post(.attemptFailed(nil, error, at: Clock.wall))
      return .failed(.cannotConnect(endpoint, error))
    }
  }

  // MARK: Datagrams

  /// The address in use refused: the next one that the system takes.
  func nextDatagramAddress(
    after refusal: SystemError,
    at address: SocketAddress?,
    _ poller: borrowing Poller,
    _ report: inout ClientReport
  ) -> Step {
    report.post(.attemptFailed(address, refusal, at: Clock.wall))
    datagramError = AddressRace.moreTelling(datagramError, refusal)
    return nextDatagramAddress(poller, &report)
  }

  private func nextDatagramAddress(_ poller: borrowing Poller, _ report: inout ClientReport) -> Step {
    while let address = datagramAddresses.popFirst() {
      report.post(.connecting(address, at: Clock.wall))
      do throws(SystemError) {
        let socket = try Socket(family: address.family, isDatagram: true)
        socket.enlargeReceiveBuffer()
        let result = calls.connect(socket.descriptor, address)
        if result < 0 { throw SystemError("connect", code: -result) }
        let token = UInt64(datagramAddresses.startIndex)
        try poller.add(socket.descriptor, .read, token: token)
        return .connected(ClientSocket(socket, address: address, token: token))
      } catch {
        datagramError = AddressRace.moreTelling(datagramError, error)
        report.post(.attemptFailed(address, error, at: Clock.wall))
      }
    }
    let error = datagramError ?? SystemError("connect", code: Errno.addressNotAvailable)
    return .failed(.cannotConnect(endpoint, error))
  }
}

extension SocketAddress {
  /// The same host at another port.
  fileprivate func at(_ port: UInt16) -> SocketAddress {
    var address = self
    address.port = port
    return address
  }
}
