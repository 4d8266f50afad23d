import Dispatch
import Testing
import Wire

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite("WireClient") struct WireClientTests {
  @Test("a refused connection is a clear end", arguments: [ClientPlace.ipv4, .ipv6])
  func refused(place: ClientPlace) throws {
    let socket = try ClientPeerSocket(place, listens: false)
    let client = try ClientHarness(socket.endpoint)
    try client.send("never")
    let (end, totals) = try client.end()
    #expect(end == .failed(.cannotConnect(socket.endpoint, SystemError("connect", code: ECONNREFUSED))))
    #expect(client.failedAttempts.map(\.code) == [ECONNREFUSED])
    #expect(!client.isConnected)
    // The refusal may come before the message was queued; then the message was never the client's.
    #expect(totals.unresolved == UInt64(client.messages(.failed).count))
    #expect(totals.messagesSent == 0)
  }

  @Test("a missing path is a clear end")
  func missingPath() throws {
    let endpoint = Endpoint.unix(path: "/nowhere/at/all")
    let client = try ClientHarness(endpoint)
    #expect(try client.end().0 == .failed(.cannotConnect(endpoint, SystemError("connect", code: ENOENT))))
  }

  @Test("of a name's two addresses the one that listens is found")
  func secondAddress() throws {
    let (_, ipv4) = try ClientPeerSocket.pair()
    var calls = SystemCalls.kernel
    calls.resolve = { _ in .success([SocketAddress(family: .ipv6, low: 1), .ipv4(127, 0, 0, 1, port: 0)]) }
    let client = try ClientHarness(.tcp(host: "twofold.test", port: ipv4.port), calls: calls)
    try client.send("hello")
    let peer = try ipv4.accept()
    #expect(try peer.receive(exactly: 6) == "hello\n")
    client.close()
    #expect(try client.end().0 == .closed)
    #expect(client.isConnected)
    #expect(client.attempts.map { $0?.family } == [.ipv6, .ipv4])
    #expect(client.failedAttempts.map(\.code) == [ECONNREFUSED])
  }

  @Test("when every address refuses, each refusal is told")
  func allRefuse() throws {
    let (_, ipv4) = try ClientPeerSocket.pair(listens: false)
    var calls = SystemCalls.kernel
    calls.resolve = { _ in .success([SocketAddress(family: .ipv6, low: 1), .ipv4(127, 0, 0, 1, port: 0)]) }
    let endpoint = Endpoint.tcp(host: "twofold.test", port: ipv4.port)
    let client = try ClientHarness(endpoint, calls: calls)
    let (end, _) = try client.end()
    #expect(end == .failed(.cannotConnect(endpoint, SystemError("connect", code: ECONNREFUSED))))
    #expect(client.failedAttempts.count == 2)
  }

  @Test("the system's resolver knows this machine")
  func localhost() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(.tcp(host: "localhost", port: listener.port))
    try client.send("hello")
    let peer = try listener.accept()
    #expect(try peer.receive(exactly: 6) == "hello\n")
    client.close()
    #expect(try client.end().0 == .closed)
    guard case .resolving(host: "localhost", _) = client.events.first else {
      Issue.record("\(client.events)")
      return
    }
  }

  @Test("an unknown name is a clear end, in the resolver's words", arguments: [true, false])
  func unknownName(isDatagram: Bool) throws {
    var calls = SystemCalls.kernel
    calls.resolve = { .failure(ResolverError(reason: "\($0) is not known")) }
    let endpoint = isDatagram ? Endpoint.udp(host: "no.test", port: 1) : .tcp(host: "no.test", port: 1)
    let client = try ClientHarness(endpoint, calls: calls)
    #expect(try client.end().0 == .failed(.unknownHost("no.test", reason: "no.test is not known")))
  }

  @Test("closes at once while its name is being looked up")
  func closesWhileResolving() throws {
    let answers = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    var calls = SystemCalls.kernel
    calls.resolve = { _ in
      answers.wait()
      done.signal()
      return .success([.ipv4(127, 0, 0, 1, port: 0)])
    }
    let client = try ClientHarness(.tcp(host: "slow.test", port: 1), calls: calls)
    try client.send("never")
    client.close()
    #expect(try client.end().0 == .closed)
    #expect(client.messages(.failed) == [1])
    client.drop()
    answers.signal()
    done.wait()
  }

  @Test("a name that is never found ends with the timeout")
  func connectTimeout() throws {
    let answers = DispatchSemaphore(value: 0)
    defer { answers.signal() }
    var calls = SystemCalls.kernel
    calls.resolve = { _ in
      answers.wait()
      return .success([])
    }
    let endpoint = Endpoint.tcp(host: "slow.test", port: 1)
    let client = try ClientHarness(endpoint, calls: calls) { $0.timeoutNanoseconds = 20_000_000 }
    #expect(try client.end().0 == .failed(.connectTimeout(endpoint)))
  }

  @Test("finishes without having said anything", arguments: ClientPlace.allCases)
  func finishesEmpty(place: ClientPlace) throws {
    let listener = try ClientPeerSocket(place)
    let client = try ClientHarness(listener.endpoint)
    client.finish()
    #expect(try listener.accept().receiveToEnd().isEmpty)
    #expect(try client.end().0 == .finished)
  }

  @Test("says when much waits to be written, and when there is room again")
  func backlog() throws {
    let listener = try ClientPeerSocket(.ipv4, buffers: 16 << 10)
    let client = try ClientHarness(listener.endpoint, sendCapacity: 64 << 10) { $0.awaitsReceipts = false }
    let text = String(repeating: "x", count: 1 << 20)
    let peer = try listener.accept()
    #expect(try !client.send((0..<16).map { _ in text }))
    #expect(client.client?.hasRoom == false)
    let work = inBackground { _ = try peer.receiveToEnd() }
    try client.wait(for: "room") { $0.client?.hasRoom == true }
    client.finish()
    try work.finish()
    client.close()
    try client.end()
  }

  @Test("letting go of the client ends its thread and its connection")
  func dropped() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint)
    let peer = try listener.accept()
    client.drop()
    #expect(try peer.receive().isEmpty)
  }
}
