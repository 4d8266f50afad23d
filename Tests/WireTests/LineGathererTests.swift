import TestKit
import Testing
import Wire

/// A stream's whole lines, wherever the reads fall.
@Suite struct LineGathererTests {
  private func take(_ text: String, _ gatherer: inout LineGatherer) -> String {
    String(decoding: Array(text.utf8).withUnsafeBytes { gatherer.take($0) }, as: UTF8.self)
  }

  @Test("Split anywhere, the lines are the same")
  func splits() {
    let text = "one\n\ntwo and a half\nthree\nunfinished"
    for first in 0...text.count {
      for second in first...text.count {
        var gatherer = LineGatherer(limit: 100)
        let ends = [0, first, second, text.count]
        let parts = zip(ends, ends.dropFirst()).map { String(text.dropFirst($0).prefix($1 - $0)) }
        let lines = parts.map { take($0, &gatherer) }
        #expect(lines.joined() == "one\n\ntwo and a half\nthree\n")
        #expect(lines.allSatisfy { $0.isEmpty || $0.hasSuffix("\n") })
        #expect(gatherer.takeSkipped() == 0)
      }
    }
  }

  @Test("A line that is too long is left out and counted, and those around it come")
  func overlong() {
    var gatherer = LineGatherer(limit: 8)
    #expect(take("one\n12345", &gatherer) == "one\n")
    #expect(take("6789", &gatherer) == "")
    #expect(gatherer.takeSkipped() == 1)
    for _ in 0..<1000 { #expect(take("0123456789", &gatherer) == "") }
    #expect(gatherer.takeSkipped() == 0)
    #expect(take("end\ntwo\nthr", &gatherer) == "two\n")
    #expect(take("ee\n", &gatherer) == "three\n")
    #expect(gatherer.takeSkipped() == 0)
  }
}
