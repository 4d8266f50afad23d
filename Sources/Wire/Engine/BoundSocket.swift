internal import CSystem

/// A socket that peers reach the server by: a listener, or a datagram socket.
final class BoundSocket {
  let socket: Socket
  let endpoint: Endpoint
  /// nil for Unix sockets.
  let address: SocketAddress?
  /// What the kernel has dropped on it so far, as far as it was reported; nil until the first datagram of a socket that was
  /// passed tells what a predecessor had to report.
  private var reportedDrops: UInt32?

  /// Until when it is left alone because it failed.
  var restsUntil: Int64?
  /// Why it was last left alone; nil once it has worked again.
  var failure: SystemError?
  /// Why replies last failed to go out; nil once they have gone again.
  var sendFailure: SystemError?

  /// What a Unix socket is called by in the file system.
  private var name: SocketName?

  /// `isPassed`: somebody else has bound it, and keeps its name in the file system.
  private init(socket: consuming Socket, endpoint: Endpoint, address: SocketAddress?, isPassed: Bool = false) {
    self.socket = socket
    self.endpoint = endpoint
    self.address = address
    reportedDrops = isPassed ? nil : 0
    name = if !isPassed, case .unix(let path) = endpoint { SocketName(path: path) } else { nil }
  }

  deinit {
    // Before it is closed: the next server, which finds nobody there, would have its own removed.
    name = nil
  }

  /// What of the kernel's count, which wraps, has not been reported yet. A datagram carries the count of the moment when it
  /// was queued, which may be older than what was asked for since.
  func takeDrops(total: UInt32) -> UInt64 {
    guard let reportedDrops else { return 0 }
    let new = Int32(bitPattern: total &- reportedDrops)
    guard new > 0 else { return 0 }
    self.reportedDrops = total
    return UInt64(new)
  }

  /// Takes note of the count that the first datagram carries: what a server before this one has reported.
  func noteFirst(drops: UInt32) { if reportedDrops == nil { reportedDrops = drops } }

  /// Asks the kernel for its count of drops, also when no datagram will come to carry it.
  var kernelDrops: UInt32? {
    let count = csystem_kernel_drops(socket.descriptor)
    return count < 0 ? nil : UInt32(truncatingIfNeeded: count)
  }
}

extension BoundSocket {
  /// Everything that a configuration asks to be bound; on failure, nothing stays bound.
  static func bindAll(_ configuration: ServerConfiguration) throws(WireError) -> [BoundSocket] {
    var bound: [BoundSocket] = []
    if !configuration.passedDescriptors.isEmpty { return try configuration.passedDescriptors.map(adopt) }
    if !configuration.transports.isEmpty { bound = try bindInternet(configuration) }
    if let path = configuration.unixPath { bound.append(try bindUnix(path)) }
    return bound
  }

  /// Takes over a socket that somebody else has bound, and whose name stays theirs.
  private static func adopt(_ descriptor: Int32) throws(WireError) -> BoundSocket {
    var passed = csystem_passed_socket()
    let result = csystem_adopt_socket(descriptor, &passed)
    guard result == 0 else { throw .cannotAdopt(descriptor, SystemError("getsockopt", code: -result)) }
    let socket = Socket(owning: descriptor)
    guard passed.address.family != CSYSTEM_UNIX else {
      let path = withUnsafeBytes(of: passed.path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      return BoundSocket(socket: socket, endpoint: .unix(path: path), address: nil, isPassed: true)
    }
    let address = SocketAddress(passed.address)
    let isDatagram = passed.is_datagram != 0
    if isDatagram { socket.prepareToBind(family: address.family, isDatagram: true) }
    let endpoint =
      isDatagram
      ? Endpoint.udp(host: address.host, port: address.port) : .tcp(host: address.host, port: address.port)
    return BoundSocket(socket: socket, endpoint: endpoint, address: address, isPassed: true)
  }

  /// Attempts at finding a port that is free on every address and transport, when any will do.
  private static let freePortAttempts = 32

  private static func bindInternet(_ configuration: ServerConfiguration) throws(WireError) -> [BoundSocket] {
    let addresses = try resolve(configuration.hosts)
    var attempt = 1
    while true {
      do throws(WireError) {
        return try bindInternet(addresses, configuration)
      } catch .cannotListen(_, let error)
        where error.code == Errno.addressInUse && configuration.port == 0 && attempt < freePortAttempts
      {
        attempt += 1
      }
    }
  }

  private static func bindInternet(
    _ addresses: [(address: SocketAddress, mayBeMissing: Bool)],
    _ configuration: ServerConfiguration
  ) throws(WireError) -> [BoundSocket] {
    var bound: [BoundSocket] = []
    var port = configuration.port
    for transport in [Transport.tcp, .udp] where configuration.transports.contains(transport) {
      for (address, mayBeMissing) in addresses {
        var address = address
        address.port = port
        do throws(WireError) {
          let socket = try bindInternet(address, transport)
          port = socket.address?.port ?? port
          bound.append(socket)
        } catch .cannotListen(_, let error)
          where mayBeMissing && !bound.isEmpty
          && [Errno.addressNotAvailable, Errno.familyNotSupported].contains(error.code)
        {
          continue
        }
      }
    }
    return bound
  }

  /// The addresses to bind to, each once; where no host names an IPv6 address, a machine without IPv6 will do.
  private static func resolve(_ hosts: [String]) throws(WireError) -> [(address: SocketAddress, mayBeMissing: Bool)] {
    if hosts.isEmpty { return [(.ipv4(127, 0, 0, 1, port: 0), false), (SocketAddress(family: .ipv6, low: 1), true)] }
    var addresses: [(address: SocketAddress, mayBeMissing: Bool)] = []
    func add(_ address: SocketAddress, mayBeMissing: Bool) {
      if !addresses.contains(where: { $0.address == address }) { addresses.append((address, mayBeMissing)) }
    }
    for host in hosts {
      if host == "any" {
        add(SocketAddress(family: .ipv4), mayBeMissing: false)
        add(SocketAddress(family: .ipv6), mayBeMissing: true)
        continue
      }
      switch Resolver.system(host) {
      case .success(let found): for address in found { add(address, mayBeMissing: false) }
      case .failure(let error): throw .unknownHost(host, reason: error.reason)
      }
    }
    return addresses
  }

  private static func bindInternet(_ address: SocketAddress, _ transport: Transport) throws(WireError) -> BoundSocket {
    func endpoint(_ address: SocketAddress) -> Endpoint {
      transport == .tcp
        ? .tcp(host: address.host, port: address.port) : .udp(host: address.host, port: address.port)
    }
    do throws(SystemError) {
      let socket = try Socket(family: address.family, isDatagram: transport.isDatagram)
      socket.prepareToBind(family: address.family, isDatagram: transport.isDatagram)
      try socket.bind(to: address)
      if !transport.isDatagram { try socket.listen() }
      let actual = try socket.boundAddress()
      return BoundSocket(socket: socket, endpoint: endpoint(actual), address: actual)
    } catch {
      throw .cannotListen(endpoint(address), error)
    }
  }

  private static func bindUnix(_ path: String) throws(WireError) -> BoundSocket {
    let endpoint = Endpoint.unix(path: path)
    try checkFolder(of: path)
    do throws(SystemError) {
      return BoundSocket(socket: try Socket.listener(atPath: path), endpoint: endpoint, address: nil)
    } catch {
      throw error.code == Errno.fileExists ? .pathTaken(path) : .cannotListen(endpoint, error)
    }
  }

  /// Mode 0600 keeps others from connecting; only the folders keep them from taking the socket's name for one of theirs.
  private static func checkFolder(of path: String) throws(WireError) {
    let folderPath = SocketFolder.path(of: path)
    let found: (folder: String?, danger: FolderDanger)?
    do throws(SystemError) {
      found = try SocketFolder(path: folderPath).danger(to: Socket.ownUser)
    } catch {
      // What can't be looked at is left to bind(2), which has the better words for what is wrong with a path.
      return
    }
    guard let found else { return }
    throw .unsafeFolder(found.folder ?? folderPath, of: .unix(path: path), found.danger)
  }
}
