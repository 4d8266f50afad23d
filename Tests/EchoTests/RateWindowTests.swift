import Testing

@testable import Echo

/// The last minute, by the second.
@Suite struct RateWindowTests {
  @Test("A second counts once it is whole")
  func current() {
    var window = RateWindow()
    window.add(messages: 3, bytes: 30, at: 100)
    #expect(window.current == RateWindow.Bucket() && !window.isQuiet)
    window.add(messages: 1, bytes: 10, at: 101)
    #expect(window.current == RateWindow.Bucket(messages: 3, bytes: 30))
    window.advance(to: 102)
    #expect(window.current == RateWindow.Bucket(messages: 1, bytes: 10))
    window.advance(to: 103)
    #expect(window.current == RateWindow.Bucket())
    #expect(window.peak == 3)
    #expect(Array(window.messageCounts.suffix(3)) == [3, 1, 0])
    #expect(window.messageCounts.count == 60)
    #expect(window.bytePeak == 30)
    #expect(Array(window.byteCounts.suffix(3)) == [30, 10, 0])
  }

  @Test("After a minute, or an hour, nothing is left but the peak")
  func quiet() {
    for pause in [61, 3600, Int64.max / 2] {
      var window = RateWindow()
      window.add(messages: 9, bytes: 1, at: 100)
      window.advance(to: 100 + 60)
      #expect(window.messageCounts.first == 9)
      window.advance(to: 100 + pause)
      #expect(window.isQuiet)
      #expect(window.peak == 9)
    }
  }

  @Test("A clock that is set back loses nothing and breaks nothing")
  func backwards() {
    var window = RateWindow()
    window.add(messages: 1, bytes: 1, at: 100)
    window.add(messages: 2, bytes: 2, at: 50)
    window.advance(to: 101)
    #expect(window.current == RateWindow.Bucket(messages: 3, bytes: 3))
  }
}
