import Testing

@testable import Wire

@Suite struct ServerLifeTests {
  private static let second: Int64 = 1_000_000_000

  private func life(idle: Int? = nil, stall: Int = 30, queued: Int = 100) -> ConnectionLife {
    var limits = ServerLimits()
    limits.idleSeconds = idle
    limits.stallSeconds = stall
    limits.queuedBytes = queued
    return ConnectionLife(limits: limits, now: 0)
  }

  @Test("A peer whose queue is full is not read until it has taken some of it")
  func backPressure() {
    let life = life()
    #expect(life.wantsRead(queued: 99))
    #expect(!life.wantsRead(queued: 100))
  }

  @Test("A peer's FIN closes at once when nothing is queued, and otherwise when the queue is gone")
  func finish() {
    var life = life()
    #expect(life.peerFinished(queued: 0) == .close(.finished))
    life = self.life()
    #expect(life.peerFinished(queued: 10) == .none)
    #expect(life.state == .finishing)
    #expect(!life.wantsRead(queued: 0))
    #expect(life.isOwing(queued: 10))
    #expect(life.wrote(progress: 5, queued: 5, now: 1) == .none)
    #expect(life.wrote(progress: 5, queued: 0, now: 2) == .close(.finished))
  }

  @Test("A broken connection is read to its end without answers, and ends as reset")
  func broken() {
    var life = life()
    life.writingFailed()
    #expect(!life.mayAnswer)
    #expect(life.wantsRead(queued: 0))
    #expect(life.peerFinished(queued: 0) == .close(.reset))
  }

  @Test("A server that ends answers all that has come, says FIN once, and waits for the peer's")
  func drain() {
    var life = life()
    #expect(life.readEverything(queued: 0) == .none)
    life.drain()
    #expect(life.isOwing(queued: 0))
    #expect(life.mayAnswer)
    #expect(life.readEverything(queued: 3) == .none)
    #expect(life.readEverything(queued: 0) == .closeWriting)
    #expect(life.state == .lingering)
    #expect(!life.isOwing(queued: 0))
    #expect(!life.mayAnswer)
    #expect(life.readEverything(queued: 0) == .none)
    #expect(life.peerFinished(queued: 0) == .close(.stopping))
  }

  @Test("A peer that finishes while the server ends is closed for that reason, or first gets its queue")
  func drainFinish() {
    var life = life()
    life.drain()
    #expect(life.peerFinished(queued: 0) == .close(.stopping))
    life = self.life()
    _ = life.peerFinished(queued: 1)
    life.drain()
    #expect(life.state == .finishing)
  }

  @Test("A queue that does not move for the stall time ends the connection; any progress starts the time again")
  func stall() {
    var life = life(stall: 30)
    #expect(life.tick(now: 1000 * Self.second) == .none)
    _ = life.wrote(progress: 0, queued: 10, now: 5 * Self.second)
    _ = life.wrote(progress: 0, queued: 20, now: 20 * Self.second)
    #expect(life.tick(now: 35 * Self.second - 1) == .none)
    #expect(life.tick(now: 35 * Self.second) == .close(.stalled))
    _ = life.wrote(progress: 1, queued: 19, now: 34 * Self.second)
    #expect(life.tick(now: 64 * Self.second - 1) == .none)
    _ = life.wrote(progress: 19, queued: 0, now: 40 * Self.second)
    #expect(life.tick(now: 1000 * Self.second) == .none)
  }

  @Test("A silent peer is closed after the idle time, but not while receipts wait for it")
  func idle() {
    var life = life(idle: 10)
    life.received(now: 5 * Self.second)
    #expect(life.tick(now: 15 * Self.second - 1) == .none)
    #expect(life.tick(now: 15 * Self.second) == .close(.idle))
    _ = life.wrote(progress: 0, queued: 10, now: 6 * Self.second)
    #expect(life.tick(now: 15 * Self.second) == .none)
  }

  private static let peer = Peer(connection: .none, transport: .udp, address: .ipv4(127, 0, 0, 1, port: 1))

  @Test("A stop message gives the end one second, the user five; a second stop message changes nothing")
  func deadlines() {
    var shutdown = Shutdown()
    #expect(shutdown.isRunning && shutdown.deadline == nil)
    #expect(shutdown.begin(.message(Self.peer), now: 10) == true)
    #expect(shutdown.state == .draining(deadline: 10 + Self.second))
    #expect(shutdown.begin(.message(Self.peer), now: 20) == false)
    #expect(shutdown.deadline == 10 + Self.second)
    shutdown = Shutdown()
    #expect(shutdown.begin(.asked, now: 10) == true)
    #expect(shutdown.deadline == 10 + 5 * Self.second)
  }

  @Test("A user who asks again, or after a stop message, ends the server at once")
  func twice() {
    for first in [StopReason.asked, .message(Self.peer)] {
      var shutdown = Shutdown()
      #expect(shutdown.begin(first, now: 0) == true)
      #expect(shutdown.begin(.asked, now: 1) == false)
      #expect(shutdown.state == .ended)
    }
  }

  @Test("The end comes when no connection is open, at the latest at the deadline")
  func end() {
    var shutdown = Shutdown()
    shutdown.update(open: 0, owing: 0, now: 0)
    #expect(shutdown.isRunning)
    _ = shutdown.begin(.asked, now: 0)
    shutdown.update(open: 2, owing: 1, now: 5 * Self.second - 1)
    #expect(shutdown.state == .draining(deadline: 5 * Self.second))
    shutdown.update(open: 2, owing: 1, now: 5 * Self.second)
    #expect(shutdown.state == .ended)
    shutdown = Shutdown()
    _ = shutdown.begin(.asked, now: 0)
    shutdown.update(open: 0, owing: 0, now: 0)
    #expect(shutdown.state == .ended)
  }

  @Test("Peers that have their answers get a moment to close, never beyond the deadline")
  func linger() {
    var shutdown = Shutdown()
    _ = shutdown.begin(.asked, now: 0)
    shutdown.update(open: 1, owing: 0, now: 100)
    #expect(shutdown.state == .lingering(deadline: 100 + Shutdown.lingerNanoseconds))
    shutdown.update(open: 1, owing: 0, now: 99 + Shutdown.lingerNanoseconds)
    #expect(shutdown.state != .ended)
    shutdown.update(open: 1, owing: 0, now: 100 + Shutdown.lingerNanoseconds)
    #expect(shutdown.state == .ended)
    shutdown = Shutdown()
    _ = shutdown.begin(.message(Self.peer), now: 0)
    shutdown.update(open: 1, owing: 0, now: Self.second - 1)
    #expect(shutdown.state == .lingering(deadline: Self.second))
    shutdown.update(open: 0, owing: 0, now: Self.second - 1)
    #expect(shutdown.state == .ended)
  }
}
