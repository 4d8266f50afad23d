import Testing
import Wire

private let timeout: Int64 = 5_000_000_000
private let delay = AddressRace.attemptDelayNanoseconds
private let refused = SystemError("connect", code: Errno.connectionRefused)
private let unreachable = SystemError("connect", code: Errno.networkUnreachable)

private func v4(_ number: UInt8) -> SocketAddress { .ipv4(192, 0, 2, number, port: 1) }
private func v6(_ number: UInt64) -> SocketAddress { SocketAddress(family: .ipv6, port: 1, high: 1, low: number) }

@Suite("AddressRace") struct AddressRaceTests {
  @Test("takes the families in turn, the resolver's first family first, and no address twice")
  func interleaving() {
    #expect(
      AddressRace.interleaved([v6(1), v6(2), v6(1), v6(3), v4(1), v4(2)])
        == [v6(1), v4(1), v6(2), v4(2), v6(3)]
    )
    #expect(AddressRace.interleaved([v4(1), v4(2), v6(1)]) == [v4(1), v6(1), v4(2)])
    #expect(AddressRace.interleaved([]).isEmpty)
  }

  @Test("starts one attempt, and the next after the delay")
  func delays() {
    var race = AddressRace([v6(1), v4(1)], now: 100, timeoutNanoseconds: timeout)
    #expect(race.begin(now: 100) == [.start(0)])
    #expect(race.deadline == 100 + delay)
    #expect(race.tick(now: 99 + delay).isEmpty)
    #expect(race.tick(now: 100 + delay) == [.start(1)])
    #expect(race.deadline == 100 + timeout)
    #expect(race.tick(now: 100 + 2 * delay).isEmpty)
  }

  @Test("starts the next at once when one fails")
  func failureStartsNext() {
    var race = AddressRace([v6(1), v4(1), v6(2)], now: 0, timeoutNanoseconds: timeout)
    _ = race.begin(now: 0)
    #expect(race.failed(0, refused, now: 10) == [.start(1)])
    #expect(race.deadline == 10 + delay)
  }

  @Test("the first connection wins and the others are abandoned")
  func winner() {
    var race = AddressRace([v6(1), v4(1), v6(2)], now: 0, timeoutNanoseconds: timeout)
    _ = race.begin(now: 0)
    _ = race.tick(now: delay)
    _ = race.tick(now: 2 * delay)
    #expect(race.succeeded(1) == [.connected(1), .cancel(0), .cancel(2)])
    #expect(race.deadline == nil)
    #expect(race.succeeded(0).isEmpty)
    #expect(race.failed(2, refused, now: 3 * delay).isEmpty)
    #expect(race.tick(now: 2 * timeout).isEmpty)
  }

  @Test("when all fail the most telling error is told")
  func mostTelling() {
    var race = AddressRace([v6(1), v4(1), v6(2)], now: 0, timeoutNanoseconds: timeout)
    _ = race.begin(now: 0)
    #expect(race.failed(0, unreachable, now: 1) == [.start(1)])
    #expect(race.failed(1, refused, now: 2) == [.start(2)])
    #expect(
      race.failed(2, SystemError("connect", code: Errno.familyNotSupported), now: 3) == [.failed(.error(refused))]
    )
    #expect(race.deadline == nil)
  }

  @Test("fails when time is up, and abandons what is under way")
  func timesOut() {
    var race = AddressRace([v6(1), v4(1)], now: 0, timeoutNanoseconds: timeout)
    _ = race.begin(now: 0)
    _ = race.tick(now: delay)
    #expect(race.tick(now: timeout) == [.cancel(0), .cancel(1), .failed(.timeout)])
  }

  @Test("no address at all is a failure")
  func empty() {
    var race = AddressRace([], now: 0, timeoutNanoseconds: timeout)
    guard case .failed(.error) = race.begin(now: 0).first else {
      Issue.record("a race without addresses must fail")
      return
    }
  }

  @Test("ends exactly once, with every attempt accounted for, over random histories", arguments: 1...200)
  func random(seed: Int) {
    var generator = ClientRandom(seed: UInt64(seed))
    let addresses = (0..<UInt64.random(in: 1...6, using: &generator)).map { $0 % 2 == 0 ? v6($0) : v4(UInt8($0)) }
    var now: Int64 = 0
    var race = AddressRace(addresses, now: 0, timeoutNanoseconds: timeout)
    var running: Set<Int> = []
    var nextIndex = 0
    var ends = 0
    func check(_ actions: [AddressRace.Action]) {
      for action in actions {
        switch action {
        case .start(let index):
          #expect(index == nextIndex)
          #expect(ends == 0)
          nextIndex += 1
          running.insert(index)
        case .cancel(let index): #expect(running.remove(index) != nil)
        case .connected(let index):
          #expect(running.remove(index) != nil)
          ends += 1
        case .failed: ends += 1
        }
      }
    }
    check(race.begin(now: now))
    for _ in 0..<100 where ends == 0 {
      now += Int64.random(in: 0...(2 * delay), using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        guard let index = running.randomElement(using: &generator) else { continue }
        running.remove(index)
        check(race.failed(index, refused, now: now))
      case 1 where Int.random(in: 0..<4, using: &generator) == 0:
        guard let index = running.randomElement(using: &generator) else { continue }
        check(race.succeeded(index))
      default: check(race.tick(now: now))
      }
      #expect((race.deadline == nil) == (ends > 0))
    }
    if ends == 0 { check(race.tick(now: timeout)) }
    #expect(ends == 1)
    #expect(running.isEmpty)
  }
}
