/// Finds a string of bytes in bytes, eight bytes a step.
///
/// It looks for the needle's rarest byte and compares the rest only where that stands, so that a long message without
/// it costs about a third of a nanosecond a byte.
struct ByteSearch: Hashable, Sendable {
  /// What is looked for; in lower case where either case matches.
  let needle: [UInt8]
  /// Whether an ASCII letter matches its other case too.
  let ignoresCase: Bool
  /// The place in the needle of the byte that is looked for first.
  private let pivot: Int

  /// Smart case: bytes without an upper-case ASCII letter match either case.
  init(smartCase needle: [UInt8]) {
    let isExact = needle.contains { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
    self.init(needle, ignoresCase: !isExact)
  }

  init(exact needle: [UInt8]) { self.init(needle, ignoresCase: false) }

  init(_ needle: [UInt8], ignoresCase: Bool) {
    let hasLetters = needle.contains { ByteSearch.isLowercase($0 | 0x20) }
    self.needle = ignoresCase ? needle.map(ByteSearch.lowercase) : needle
    self.ignoresCase = ignoresCase && hasLetters
    pivot = needle.indices.min { ByteSearch.commonness(needle[$0]) < ByteSearch.commonness(needle[$1]) } ?? 0
  }

  /// The first match that begins at `start` or after it and, if given, before `limit`; an empty needle is found at once.
  func firstMatch(
    in bytes: UnsafeRawBufferPointer,
    from start: Int = 0,
    before limit: Int = .max
  ) -> Range<Int>? {
    var start = start
    var budget = WorkBudget.unlimited
    guard case .found(let match) = firstMatch(in: bytes, from: &start, before: limit, &budget) else { return nil }
    return match
  }

  /// The same, as far as the budget goes; paused, it goes on at `start`. Between two places where the rarest byte stands it
  /// is not paused.
  func firstMatch(
    in bytes: UnsafeRawBufferPointer,
    from start: inout Int,
    before limit: Int = .max,
    _ budget: inout WorkBudget
  ) -> SearchOutcome<Range<Int>> {
    needle.withUnsafeBufferPointer { needle -> SearchOutcome<Range<Int>> in
      // One past the last place where a match can begin.
      let end = min(bytes.count - needle.count + 1, limit)
      guard start < end else { return .missing }
      guard !needle.isEmpty else { return .found(start..<start) }
      let letter = needle[pivot]
      let fold: UInt8 = ignoresCase && ByteSearch.isLowercase(letter) ? 0x20 : 0
      while !budget.isSpent {
        let place = start + pivot
        guard let found = ByteSearch.firstIndex(of: letter, fold: fold, in: bytes, from: place, to: end + pivot) else {
          budget.spend((end - start) / 4)
          return .missing
        }
        let count = agreement(needle, in: bytes, at: found - pivot)
        budget.spend((found - place) / 4 + count + 2)
        if count == needle.count { return .found((found - pivot)..<(found - pivot + count)) }
        start = found - pivot + 1
      }
      return .paused
    }
  }

  /// How many bytes of the needle are there, from its first.
  @inline(__always)
  private func agreement(_ needle: UnsafeBufferPointer<UInt8>, in bytes: UnsafeRawBufferPointer, at start: Int) -> Int {
    for index in 0..<needle.count {
      let byte = bytes[start &+ index]
      guard byte == needle[index] || (ignoresCase && ByteSearch.lowercase(byte) == needle[index]) else { return index }
    }
    return needle.count
  }

  /// The first place from `start` to before `end` whose byte, with the bits of `fold` set, is `byte`.
  @inline(__always)
  private static func firstIndex(
    of byte: UInt8,
    fold: UInt8,
    in bytes: UnsafeRawBufferPointer,
    from start: Int,
    to end: Int
  ) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    let pattern = UInt64(byte) &* ones
    let folds = UInt64(fold) &* ones
    var index = start
    while end &- index >= 8 {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let difference = (word | folds) ^ pattern
      // The lowest zero byte is exact: a borrow only spoils the bytes above it.
      let found = (difference &- ones) & ~difference & tops
      guard found == 0 else { return index &+ found.trailingZeroBitCount / 8 }
      index &+= 8
    }
    while index < end {
      if bytes[index] | fold == byte { return index }
      index &+= 1
    }
    return nil
  }

  private static func isLowercase(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }

  @inline(__always)
  private static func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }

  /// How often a byte is met in text, roughly: the letters of English by frequency; NULs fill binary messages.
  private static func commonness(_ byte: UInt8) -> Int {
    let byCommonness: StaticString = "qzjxkvbpgwyfm,.cu\"ldr03=1hs2niot:ae\0 "
    let place = byCommonness.withUTF8Buffer { $0.firstIndex(of: lowercase(byte)) }
    return place.map { $0 + 1 } ?? 0
  }
}
