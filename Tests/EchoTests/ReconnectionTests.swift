import Testing
import Wire

@testable import Echo

@Suite("When a lost connection is tried again") struct ReconnectionTests {
  private func seconds(_ count: Int64) -> Timestamp { Timestamp(nanoseconds: count * 1_000_000_000) }

  @Test("the wait doubles up to half a minute, and the tries are counted")
  func backOff() {
    var reconnection = Reconnection(isEnabled: true)
    var time = seconds(1000)
    for (number, delay) in [1, 2, 4, 8, 16, 30, 30, 30].enumerated() as EnumeratedSequence<[Int64]> {
      reconnection.lost(at: time)
      #expect(reconnection.retry == .init(number: number + 1, since: time, delay: delay * 1_000_000_000))
      let isEarly = reconnection.isDue(at: Timestamp(nanoseconds: time.nanoseconds + delay * 1_000_000_000 - 1))
      #expect(!isEarly)
      time.nanoseconds += delay * 1_000_000_000
      let isDue = reconnection.isDue(at: time)
      #expect(isDue)
      reconnection.begin(isByHand: false)
      #expect(reconnection.retry == nil)
    }
  }

  @Test(
    "a connection that held starts the count anew, one that did not goes on counting",
    arguments: [9, 10] as [Int64]
  )
  func steady(duration: Int64) {
    var reconnection = Reconnection(isEnabled: true)
    for _ in 0..<3 {
      reconnection.lost(at: seconds(0))
      reconnection.begin(isByHand: false)
    }
    reconnection.connected(at: seconds(100))
    reconnection.lost(at: seconds(100 + duration))
    #expect(reconnection.retry?.number == (duration < 10 ? 4 : 1))
  }

  @Test("a try by hand that fails does not make the wait longer")
  func byHand() {
    var reconnection = Reconnection(isEnabled: true)
    reconnection.lost(at: seconds(0))
    for time in 1...5 as ClosedRange<Int64> {
      reconnection.begin(isByHand: true)
      reconnection.lost(at: seconds(time))
      #expect(reconnection.retry?.number == 1)
    }
    reconnection.begin(isByHand: false)
    reconnection.lost(at: seconds(9))
    #expect(reconnection.retry?.number == 2)
  }

  @Test("a clock that jumps back delays by the wait at most, and the countdown stays in its bounds")
  func clock() {
    var reconnection = Reconnection(isEnabled: true)
    reconnection.lost(at: seconds(10_000))
    let isDue = reconnection.isDue(at: seconds(500))
    #expect(!isDue && reconnection.retry?.time == seconds(501))
    #expect(reconnection.retry?.seconds(at: seconds(0)) == 1)
    #expect(reconnection.retry?.seconds(at: Timestamp(nanoseconds: 500_300_000_000)) == 1)
    #expect(reconnection.retry?.seconds(at: seconds(900)) == 0)
  }

  @Test("switched off there is no try, and at rest neither")
  func none() {
    var reconnection = Reconnection(isEnabled: false)
    reconnection.lost(at: seconds(0))
    #expect(reconnection.retry == nil)
    reconnection = Reconnection(isEnabled: true)
    reconnection.lost(at: seconds(0))
    reconnection.rest()
    let isDue = reconnection.isDue(at: seconds(100))
    #expect(!isDue && reconnection.retry == nil)
  }
}
