internal import CSystem
internal import Synchronization

/// Why a name has no address: the resolver's own words.
package struct ResolverError: Error, Hashable, Sendable {
  package var reason: String

  package init(reason: String) { self.reason = reason }
}

/// The lookup of one name on a thread of its own, because getaddrinfo(3) blocks and cannot be cancelled.
///
/// Whoever waits for it may let go of it at any time: the thread shares only this object and the waker, and ends when the
/// system's resolver lets it.
final class Resolver: Sendable {
  package typealias Answer = Result<[SocketAddress], ResolverError>

  private let answer = Mutex<Answer?>(nil)

  private init() {}

  /// Begins a lookup that signals `waker` when `take` has an answer.
  static func start(
    _ host: String,
    resolve: @escaping @Sendable (_ host: String) -> Answer,
    waker: Waker
  ) throws(SystemError) -> Resolver {
    let resolver = Resolver()
    try WireThread.startDetached(name: "wire-resolver") {
      let answer = resolve(host)
      resolver.answer.withLock { $0 = answer }
      waker.signal()
    }
    return resolver
  }

  /// The answer, once it has come.
  func take() -> Answer? {
    answer.withLock { answer in
      defer { answer = nil }
      return answer
    }
  }

  /// The address that a host's text is by itself, without asking anyone; nil for a name.
  static func literal(_ host: String) -> SocketAddress? {
    var address = csystem_address()
    return csystem_resolve_literal(host, &address) == 1 ? SocketAddress(address) : nil
  }

  /// Asks the system, for as long as it takes: at least one address, in its order (RFC 6724), with port 0.
  static func system(_ host: String) -> Answer {
    var addresses = [csystem_address](repeating: csystem_address(), count: 64)
    let count = csystem_resolve(host, &addresses, Int32(addresses.count))
    if count < 0 {
      let reason = csystem_resolve_error(count).map { String(cString: $0) } ?? "error \(count)"
      return .failure(ResolverError(reason: reason))
    }
    if count == 0 { return .failure(ResolverError(reason: "no address")) }
    return .success(addresses.prefix(Int(count)).map { SocketAddress($0) })
  }
}
