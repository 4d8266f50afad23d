import TestKit
import Testing

@testable import Echo

/// Values by key, in lists by when they were touched last.
@Suite struct RecencyListsTests {
  @Test("Whatever is done to them, the lists are those of a plain model")
  func model() {
    var random = TestRandom(seed: 42)
    var lists = RecencyLists<Int, Int>(lists: 2)
    // The newest first.
    var expected: [[Int]] = [[], []]
    var values: [Int: Int] = [:]
    for step in 0..<5000 {
      let list = Int.random(in: 0...1, using: &random)
      if Int.random(in: 0..<5, using: &random) == 0 {
        lists.removeOldest(of: list)
        if let key = expected[list].popLast() { values[key] = nil }
      } else {
        let key = Int.random(in: 0..<40, using: &random)
        let isNew = lists.update(key, in: list, initial: 0) { $0 += step }
        #expect(isNew == (values[key] == nil))
        values[key, default: 0] += step
        for index in expected.indices { expected[index].removeAll { $0 == key } }
        expected[list].insert(key, at: 0)
      }
      for index in expected.indices {
        #expect(lists.newest(.max, of: index).map(\.key) == expected[index])
        #expect(lists.count(in: index) == expected[index].count)
      }
    }
    for key in 0..<40 { #expect(lists[key] == values[key]) }
    var all: [Int: Int] = [:]
    lists.forEach { all[$0] = $1 }
    #expect(all == values)
  }
}
