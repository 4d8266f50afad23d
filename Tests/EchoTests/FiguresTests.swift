import Testing
import Wire

@testable import Echo

/// Numbers as people read them.
@Suite struct FiguresTests {
  @Test(
    "Digits in groups of three",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1,000"), (12_345_678, "12,345,678"), (.max, "18,446,744,073,709,551,615"),
    ]
      as [(UInt64, String)]
  )
  func grouped(number: UInt64, text: String) { #expect(Figures.grouped(number) == text) }

  @Test(
    "Bytes are exact as far as they fit, then scaled, never more than six columns",
    arguments: [
      (0, "0B"), (65_507, "65507B"), (99_999, "99999B"), (100_000, "98K"), (1 << 20, "1.0M"), (.max, "16E"),
    ] as [(UInt64, String)]
  )
  func bytes(count: UInt64, text: String) {
    #expect(Figures.bytes(count) == text)
    #expect(text.count <= 6)
  }

  @Test(
    "Scaled bytes take five columns at most",
    arguments: [
      (999, "999B"), (1000, "1.0K"), (1024, "1.0K"), (8294, "8.1K"), (10_188, "9.9K"), (10_189, "10K"),
      (1_022_976, "999K"), (1_023_488, "1.0M"), (1 << 30, "1.0G"), (64 << 20, "64M"), (1 << 50, "1.0P"), (.max, "16E"),
    ] as [(UInt64, String)]
  )
  func scaled(count: UInt64, text: String) { #expect(Figures.scaled(count) == text) }

  @Test("No count is scaled to more than five columns")
  func scaledWidth() {
    var count: UInt64 = 1
    while count < .max / 7 {
      for near in [count - 1, count, count + 1, count / 1024 * 1000] { #expect(Figures.scaled(near).count <= 5) }
      count = count * 7 / 4 + 1
    }
  }

  @Test(
    "Scaled counts are exact as far as four columns reach",
    arguments: [
      (0, "0"), (9999, "9999"), (10_000, "10k"), (999_499, "999k"), (999_500, "1.0M"), (3_400_000, "3.4M"),
      (.max, "18E"),
    ] as [(UInt64, String)]
  )
  func scaledCount(count: UInt64, text: String) { #expect(Figures.scaledCount(count) == text) }

  @Test(
    "An age is told in its largest unit",
    arguments: [
      (-5, "now"), (999_999_999, "now"), (1_000_000_000, "1s"), (59_999_999_999, "59s"), (60_000_000_000, "1m"),
      (3_599_000_000_000, "59m"), (7_200_000_000_000, "2h"), (86_400_000_000_000, "1d"), (.max, "999d"),
    ] as [(Int64, String)]
  )
  func age(nanoseconds: Int64, text: String) { #expect(Figures.age(nanoseconds: nanoseconds) == text) }

  @Test(
    "A span is told with two digits at least",
    arguments: [
      (-1, "0ns"), (999, "999ns"), (1000, "1.0us"), (9949, "9.9us"), (12_345, "12us"), (999_499, "999us"),
      (999_500, "1.0ms"), (45_000_000, "45ms"), (1_500_000_000, "1.5s"), (99_960_000_000, "100s"), (.max, "9999s"),
    ] as [(Int64, String)]
  )
  func span(nanoseconds: Int64, text: String) {
    #expect(Figures.span(nanoseconds: nanoseconds) == text)
    #expect(text.count <= 5)
  }

  @Test("One and many")
  func quantity() {
    #expect(Figures.quantity(1, "peer") == "1 peer")
    #expect(Figures.quantity(0, "peer") == "0 peers")
    #expect(Figures.quantity(1284, "message") == "1,284 messages")
  }

  @Test("Spans of time, long and short")
  func spans() {
    #expect(Figures.elapsed(nanoseconds: 4_323_000_000_000) == "01:12:03")
    #expect(Figures.elapsed(nanoseconds: 400 * 3_600_000_000_000) == "400:00:00")
    #expect(Figures.elapsed(nanoseconds: -5) == "00:00:00")
    #expect(Figures.latency(nanoseconds: 410_000) == "0.41ms")
    #expect(Figures.latency(nanoseconds: 9_995_000) == "10.0ms")
    #expect(Figures.latency(nanoseconds: 12_340_000) == "12.3ms")
    #expect(Figures.latency(nanoseconds: 999_500_000) == "1.0s")
    #expect(Figures.latency(nanoseconds: -1) == "0.00ms")
    #expect(roundTrip(210_000) == "0.21 ms")
    #expect(roundTrip(99_995_000) == "100 ms")
    #expect(roundTrip(6_200_000_000) == "6200 ms")
    #expect(Figures.seconds(nanoseconds: 5_000_000_000) == "5 s")
    #expect(Figures.seconds(nanoseconds: 250_000_000) == "0.25 s")
    #expect(Figures.seconds(nanoseconds: 1_005_000_000) == "1.005 s")
  }

  @Test("The clock, in each detail, in local time on both sides of midnight")
  func clock() {
    #expect(Figures.clock(ServerScript.start, offset: 0, .milliseconds) == "15:47:58.004")
    #expect(Figures.clock(ServerScript.start, offset: 0, .seconds) == "15:47:58")
    #expect(Figures.clock(ServerScript.start, offset: 0, .minutes) == "47:58")
    #expect(Figures.clock(ServerScript.start, offset: 9 * 3600, .seconds) == "00:47:58")
    #expect(Figures.clock(ServerScript.start, offset: -16 * 3600, .seconds) == "23:47:58")
    for detail in [Figures.ClockDetail.milliseconds, .seconds, .minutes] {
      #expect(Figures.clock(ServerScript.start, offset: 0, detail).count == detail.columns)
    }
  }

  private func roundTrip(_ nanoseconds: Int64) -> String {
    var bytes: [UInt8] = []
    bytes.append(addingCapacity: 32) { $0.append(roundTrip: nanoseconds) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
