import Glibc
import TestKit
import Testing

@testable import Wire

/// The control socket: who comes to it, what they may say, and what becomes of them.
@Suite struct ControlSocketTests {
  private static func permissions(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test("A viewer is greeted, hears nothing before it asks for it, and then all to the end")
  func story() throws {
    let control = try ControlFixture()
    let viewer = try ControlPeer(control.path)
    #expect(try viewer.line() == "hello \(control.fixture.port) 1 1")
    let peer = try ServerPeer.tcp(control.fixture.port)
    try peer.send("one\ntwo\n")
    #expect(try peer.receiveText(6) == "OK\nOK\n")
    try viewer.say("attach oldest")
    #expect(try viewer.line() == "attached 1")
    #expect(try (0..<4).map { _ in try viewer.line() } == ["listening", "connected", "message 1 4", "message 2 4"])
    try viewer.say("attach now")
    #expect(try viewer.line() == "refused alreadyAttached")
    try viewer.say("disconnect 2")
    #expect(try viewer.line()?.hasPrefix("refused noSuchConnection") == true)
    try viewer.say("disconnect 1")
    #expect(try viewer.line() == "done")
    #expect(try viewer.line() == "disconnected")
    #expect(try peer.receiveToEnd() == [])
    try viewer.say("stop")
    #expect(try viewer.rest() == ["done", "stopping", "stopped"])
    control.fixture.end()
    #expect(control.fixture.stopping?.reason == .asked)
  }

  @Test("What a late viewer is told of the totals is what a server has counted")
  func totals() throws {
    let control = try ControlFixture { $0.limits.messageBytes = 4 }
    let viewer = try control.viewer()
    try viewer.say("attach 1000")
    // Answers come in order: when this one has come, the other was taken.
    try viewer.say("what")
    #expect(try viewer.line()?.hasPrefix("refused malformed") == true)
    let peer = try ServerPeer.tcp(control.fixture.port)
    try peer.send("one\ntoo long\nfour\nlast one")
    peer.finishWriting()
    _ = try peer.receiveToEnd()
    let datagrams = try ServerPeer.udp(control.fixture.port)
    try datagrams.send("hello")
    _ = try datagrams.receiveDatagram()
    control.fixture.end()
    #expect(try viewer.rest() == ["attached 6", "stopped"])
    let stopped = try #require(control.fixture.stopped?.totals)
    #expect(stopped.truncated == 3 && stopped.partial == 1 && stopped.connections == 1)
    #expect(control.log.attached == stopped)
  }

  @Test("The folder and the socket are the user's alone, and the socket goes with the server")
  func files() throws {
    let control = try ControlFixture()
    #expect(ControlSocketTests.permissions("\(control.folder.path)/echo") == 0o700)
    #expect(ControlSocketTests.permissions(control.path) == 0o600)
    #expect(control.fixture.server.controlFailure == nil)
    control.fixture.end()
    #expect(access(control.path, F_OK) == -1)
  }

  @Test("A server whose name is another's is called by its process, too; one that is stale is replaced")
  func names() throws {
    let folder = try TemporaryDirectory()
    let first = try ControlFixture(in: folder) { $0.transports = [.tcp] }
    let port = first.fixture.port
    let second = try ControlFixture(in: folder) {
      $0.port = port
      $0.transports = [.udp]
    }
    #expect(try ControlFolder(path: "\(folder.path)/echo").names() == ["\(port)", "\(port)-\(getpid())"])
    #expect(try first.viewer().peer.hasNothing)
    first.fixture.end()
    second.fixture.end()
    #expect(try ControlFolder(path: "\(folder.path)/echo").names() == [])
    try ServerPeer.unixListener(first.path).close()
    let third = try ControlFixture(in: folder) { $0.port = port }
    _ = try third.viewer()
  }

  @Test("A folder that others may enter is not used, nor one that is a link, and the server runs all the same")
  func unsafeFolder() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/echo"
    mkdir(path, 0o755)
    let control = try ControlFixture(in: folder)
    #expect(control.fixture.server.controlFailure == .unsafeFolder(path))
    chmod(path, 0o700)
    rename(path, path + "-real")
    symlink(path + "-real", path)
    let linked = try ControlFixture(in: folder)
    #expect(linked.fixture.server.controlFailure == .unsafeFolder(path))
    #expect(folder.names == ["echo", "echo-real"])
    let peer = try ServerPeer.tcp(linked.fixture.port)
    try peer.send("hello\n")
    #expect(try peer.receiveText(3) == "OK\n")
  }

  @Test("A folder that can't be made, and a path that is too long, are named", arguments: ["/dev/null/echo", "long"])
  func impossible(_ name: String) throws {
    let folder = try TemporaryDirectory()
    let path = name == "long" ? "\(folder.path)/\(String(repeating: "a", count: 100))" : name
    let control = ControlConfiguration(folder: ControlFolder(path: path), codec: ControlLog().codec)
    let fixture = try ServerFixture(control: control) { _ in }
    guard case .system(let error, let place)? = fixture.server.controlFailure else {
      Issue.record("\(String(describing: fixture.server.controlFailure))")
      return
    }
    #expect(error.call == (name == "long" ? "bind" : "mkdir"))
    #expect(error.code == (name == "long" ? ENAMETOOLONG : ENOTDIR))
    #expect(place?.hasPrefix(path) == true)
  }

  @Test("Nobody but the user and root is let in", arguments: [0, Socket.ownUser, Socket.ownUser + 1])
  func users(_ user: UInt32) throws {
    var calls = SystemCalls.kernel
    calls.peerUser = { _ in user }
    let control = try ControlFixture(calls: calls)
    let viewer = try ControlPeer(control.path)
    if user == 0 || user == Socket.ownUser {
      #expect(try viewer.line()?.hasPrefix("hello") == true)
    } else {
      #expect(try viewer.rest() == ["refused notPermitted"])
    }
  }

  @Test("One viewer too many is told so, and the next is let in when one has left")
  func limit() throws {
    let control = try ControlFixture()
    var viewers = try (0..<ControlEngine.viewerLimit).map { _ in try control.viewer() }
    let refused = try ControlPeer(control.path)
    #expect(try refused.rest() == ["refused tooManyViewers(limit: 32)"])
    // Its end is seen before the next one comes.
    let leaver = viewers.removeLast()
    try leaver.say("x")
    leaver.peer.finishWriting()
    _ = try leaver.rest()
    _ = try control.viewer()
    control.fixture.end()
    for viewer in viewers { #expect(try viewer.rest() == []) }
  }

  @Test("A line that is too long ends a viewer, with and without its end", arguments: ["", "\n"])
  func longLine(_ end: String) throws {
    let control = try ControlFixture()
    let viewer = try control.viewer()
    try viewer.say(String(repeating: "a", count: ControlViewer.lineLimit))
    #expect(try viewer.line()?.hasPrefix("refused malformed") == true)
    try viewer.peer.send(String(repeating: "a", count: ControlViewer.lineLimit + 1) + end)
    #expect(try viewer.rest() == ["refused tooLong(limit: 65536)"])
    _ = try control.viewer()
  }

  @Test("A viewer that takes no answers is not listened to, and holds up nobody")
  func deaf() throws {
    let control = try ControlFixture()
    let deaf = try control.viewer()
    let limit = 64 << 20
    #expect(try deaf.peer.sendUntilBlocked(Array("x\n".utf8), limit: limit) < limit)
    let viewer = try control.viewer()
    try viewer.say("stop")
    #expect(try viewer.line() == "done")
    control.fixture.end()
  }

  @Test("A viewer that has said all it will goes on hearing; one that asked for nothing is let go")
  func halfClosed() throws {
    let control = try ControlFixture()
    let viewer = try control.viewer()
    // Without a line feed: the end of the stream ends it, too.
    try viewer.peer.send("attach now")
    viewer.peer.finishWriting()
    #expect(try viewer.line() == "attached 1")
    let other = try control.viewer()
    try other.say("disconnect 1")
    other.peer.finishWriting()
    #expect(try other.rest().count == 1)
    let peer = try ServerPeer.tcp(control.fixture.port)
    try peer.send("one\n")
    #expect(try viewer.line() == "connected")
    #expect(try viewer.line() == "message 1 4")
    control.fixture.end()
    #expect(try viewer.rest() == ["stopping", "disconnected", "stopped"])
  }

  @Test("What a viewer asked for before it went is done")
  func lastWords() throws {
    let control = try ControlFixture()
    let viewer = try control.viewer()
    try viewer.say("stop")
    viewer.peer.close()
    try control.fixture.wait("the end") { $0.stopped != nil }
    #expect(control.fixture.stopping?.reason == .asked)
  }

  @Test("A slow viewer gets what is there and is told the rest, and what it gets and what it lost is all")
  func slow() throws {
    let control = try ControlFixture { $0.reply = .none }
    let slow = try control.viewer()
    try slow.say("attach now")
    #expect(try slow.line() == "attached 1")
    let peer = try ServerPeer.tcp(control.fixture.port)
    let lines = [UInt8](repeating: 0x0A, count: 1 << 20)
    for _ in 0..<4 { try peer.send(lines) }
    try peer.send("the last\n")
    peer.finishWriting()
    let count = UInt64(4 << 20) + 1
    try control.fixture.wait("all") { $0.disconnected.count == 1 }
    // Whoever comes later is served while the other one reads nothing.
    let other = try control.viewer()
    try other.say("attach tail:1")
    #expect(try other.line() == "attached \(count)")
    #expect(try other.line() == "message \(count) 9")
    var got = MissedEvents(messages: 0)
    var lost = MissedEvents(messages: 0)
    while got.messages + lost.messages < count || got.notices + lost.notices < 2 {
      let words = try #require(try slow.line()).split(separator: " ")
      let numbers = words.dropFirst().compactMap { UInt64($0) }
      switch words[0] {
      case "message": (got.messages, got.bytes) = (got.messages + 1, got.bytes + numbers[1])
      case "lost":
        lost.messages += numbers[0]
        lost.bytes += numbers[1]
        lost.notices += numbers[2]
      default: got.notices += 1
      }
    }
    #expect(got.messages + lost.messages == count)
    #expect(got.bytes + lost.bytes == count + 8)
    #expect(got.notices + lost.notices == 2)
    #expect(lost.messages > 0)
  }

  @Test("A viewer that takes nothing does not keep the server from its end")
  func stalledEnd() throws {
    let control = try ControlFixture { $0.reply = .none }
    let stalled = try control.viewer()
    try stalled.say("attach now")
    let peer = try ServerPeer.tcp(control.fixture.port)
    try peer.send([UInt8](repeating: 0x0A, count: 1 << 20))
    peer.finishWriting()
    try control.fixture.wait("all") { $0.disconnected.count == 1 }
    control.fixture.end()
    #expect(control.fixture.stopped?.totals.traffic.messages == 1 << 20)
    #expect(access(control.path, F_OK) == -1)
    // Once it reads again it hears of the end, and what it has missed.
    let lines = try stalled.rest()
    let messages = lines.filter { $0.hasPrefix("message ") }.count
    #expect(lines.first == "attached 1" && lines.last == "stopped")
    let lost = lines.filter { $0.hasPrefix("lost ") }.map { Int($0.split(separator: " ")[1]) ?? 0 }
    #expect(messages + lost.reduce(0, +) == 1 << 20)
  }

  @Test("Viewers that take nothing, or little, hold up the end for less than half a second, and asked twice not at all")
  func boundedEnd() throws {
    for isHurried in [false, true] {
      let control = try ControlFixture { $0.reply = .none }
      let viewers = try (0..<2).map { _ in try control.viewer() }
      for viewer in viewers { try viewer.say("attach now") }
      let peer = try ServerPeer.tcp(control.fixture.port)
      try peer.send([UInt8](repeating: 0x0A, count: 1 << 20))
      peer.finishWriting()
      try control.fixture.wait("all") { $0.disconnected.count == 1 }
      let slow = viewers[0].peer
      let gate = ServerGate()
      let reader = BackgroundThread {
        while !gate.isOpen, let byte = try? slow.receive(1), !byte.isEmpty { poll(nil, 0, 1) }
      }
      let clock = ContinuousClock()
      let time = clock.measure {
        if isHurried {
          control.fixture.end()
        } else {
          control.fixture.server.post(.stop)
          control.fixture.server.join()
        }
      }
      #expect(time < (isHurried ? .milliseconds(800) : .milliseconds(1500)))
      gate.open()
      reader.join()
    }
  }

  @Test("When nobody can be let in for want of descriptors, those who wait are let in later")
  func acceptFails() throws {
    let script = ServerScript()
    var calls = SystemCalls.kernel
    let accept = calls.accept
    calls.accept = { script.next() <= 2 ? (-EMFILE, SocketAddress(family: .unix)) : accept($0) }
    let control = try ControlFixture(calls: calls)
    _ = try control.viewer()
    #expect(script.count >= 3)
  }
}
