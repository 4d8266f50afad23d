/// What bytes hold that acts on a terminal, hides, or misleads: counts, for a reader to judge a message by.
package struct Oddities: Hashable, Sendable {
  /// Control characters other than TAB, LF and CR: C0, DEL, and C1 as UTF-8.
  package var controls = 0
  /// Scalars that turn the direction of the text around them (UAX #9, the explicit formatting characters and marks).
  package var bidirectional = 0
  /// Other scalars that the display policy hides.
  package var hidden = 0
  /// Bytes that are not UTF-8.
  package var illFormed = 0

  package init() {}

  package var isEmpty: Bool { self == Oddities() }
}

extension Printable {
  /// Counts what is odd in `bytes`; clean ASCII goes eight bytes a step.
  package static func oddities(of bytes: UnsafeRawBufferPointer) -> Oddities {
    var oddities = Oddities()
    var index = 0
    while let odd = nextOddity(in: bytes, from: index) {
      switch odd.kind {
      case .control: oddities.controls += 1
      case .bidirectional: oddities.bidirectional += 1
      case .hidden: oddities.hidden += 1
      case .illFormed: oddities.illFormed += 1
      }
      index = odd.end
    }
    return oddities
  }

  /// Whether `bytes` hold anything odd; it looks no further than the first find.
  package static func isHostile(_ bytes: UnsafeRawBufferPointer) -> Bool { nextOddity(in: bytes, from: 0) != nil }

  /// Where the run of 0x20…0x7E, TAB, LF and CR that begins at `start` ends: nothing in it is odd, wherever it is cut.
  package static func plainEnd(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while true {
      index = cleanEnd(of: bytes, from: index, escapesBackslash: false)
      guard index < bytes.count, isBlank(bytes[index]) else { return index }
      index += 1
    }
  }

  package enum Oddity: Hashable, Sendable {
    case control, bidirectional, hidden, illFormed
  }

  /// The next thing that is odd, and where it ends.
  package static func nextOddity(
    in bytes: UnsafeRawBufferPointer,
    from start: Int
  ) -> (kind: Oddity, end: Int)? {
    var index = start
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index = plainEnd(of: bytes, from: index)
        guard index < bytes.count else { break }
        if bytes[index] < 0x80 { return (.control, index + 1) }
      }
      let unit = Unit(bytes, at: index)
      index += unit.length
      if let kind = oddity(of: unit) { return (kind, index) }
    }
    return nil
  }

  /// What is odd about a unit that is not ASCII.
  @inline(__always)
  private static func oddity(of unit: Unit) -> Oddity? {
    guard let scalar = unit.scalar else { return .illFormed }
    guard ScalarWidth.classify(scalar).isHidden else { return nil }
    switch scalar.value {
    case 0x80...0x9F: return .control
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: return .bidirectional
    default: return .hidden
    }
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
