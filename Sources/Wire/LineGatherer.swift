/// Makes whole lines of what a stream brings: all that are complete go on together, an unfinished one waits, and one that is
/// longer than the limit is left out and counted.
package struct LineGatherer: Sendable {
  private static let lineFeed: UInt8 = 0x0A

  private let limit: Int
  private var held: [UInt8] = []
  private var isSkipping = false
  /// Lines left out since they were last asked for.
  private var skippedCount: UInt64 = 0

  /// `limit` is the most bytes of a line.
  package init(limit: Int) { self.limit = limit }

  /// Takes what was read; gives the lines that are complete with it, none if there are none.
  package mutating func take(_ input: UnsafeRawBufferPointer) -> [UInt8] {
    var input = input[...]
    if isSkipping {
      guard let end = input.firstIndex(of: LineGatherer.lineFeed) else { return [] }
      input = input[(end + 1)...]
      isSkipping = false
    }
    guard let last = input.lastIndex(of: LineGatherer.lineFeed) else {
      held.append(contentsOf: UnsafeRawBufferPointer(rebasing: input))
      if held.count > limit {
        held = []
        isSkipping = true
        skippedCount &+= 1
      }
      return []
    }
    var lines = held
    held = Array(input[(last + 1)...])
    lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[...last]))
    return lines
  }

  /// How many lines were left out since this was asked last.
  package mutating func takeSkipped() -> UInt64 {
    defer { skippedCount = 0 }
    return skippedCount
  }
}
