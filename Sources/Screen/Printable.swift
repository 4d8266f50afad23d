/// The one way from a stranger's bytes to visible text, and back.
///
/// Everything that could act on a terminal, show nothing or show something else than it is becomes an escape: `\n \r \t
/// \e \0`, `\\` for a backslash, `\xNN` for any other control byte and for each byte that is not UTF-8, `\u{…}` for any
/// other scalar. A base keeps at most three combining marks; one that has no narrow base before it is escaped. No state
/// goes from one text to the next, and `bytes(of:)` undoes it exactly.
package enum Printable {
  /// Adds the visible text of `bytes` as UTF-8; clean ASCII costs little more than a copy.
  package static func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    let clean = cleanEnd(of: bytes, from: 0, escapesBackslash: true)
    guard clean < bytes.count else { return output.append(contentsOf: bytes) }
    var base = clean > 0 ? Base.narrow : Base()
    var index = clean
    var shown = 0
    withUnsafeTemporaryAllocation(byteCount: Buffer.size, alignment: 8) { memory in
      var buffer = Buffer(memory)
      while index < bytes.count {
        let byte = bytes[index]
        if isClean(byte, escapesBackslash: true) {
          index = cleanEnd(of: bytes, from: index, escapesBackslash: true)
          base = .narrow
          continue
        }
        let unit = Unit(bytes, at: index)
        if byte < 0x80 {
          base = Base()
        } else if base.columns(of: unit, escapesBackslash: true) != nil {
          index += unit.length
          continue
        }
        buffer.append(UnsafeRawBufferPointer(rebasing: bytes[shown..<index]), to: &output)
        buffer.append(Escape(unit), to: &output)
        index += unit.length
        shown = index
      }
      buffer.flush(to: &output)
    }
    output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[shown...]))
  }

  /// Whether `bytes` are visible text as they are.
  @inline(__always)
  package static func isClean(_ bytes: UnsafeRawBufferPointer) -> Bool {
    visibleEnd(of: bytes, from: 0, except: UInt8(ascii: "\\"), UInt8(ascii: "\\")) == bytes.count
  }

  /// The visible text of `bytes`.
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    bytes.withContiguousStorageIfAvailable { text(UnsafeRawBufferPointer($0)) }
      ?? Array(bytes).withUnsafeBytes { text($0) }
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    guard cleanEnd(of: bytes, from: 0, escapesBackslash: true) < bytes.count else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 4)
    append(bytes, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// The columns that `bytes` take when shown, counted no further than just past `limit`.
  package static func columns(
    of bytes: UnsafeRawBufferPointer,
    upTo limit: Int = .max,
    escapesBackslash: Bool = true
  ) -> Int {
    var base = Base()
    var columns = 0
    var index = 0
    while index < bytes.count, columns <= limit {
      if isClean(bytes[index], escapesBackslash: escapesBackslash) {
        let (most, isPastEnd) = index.addingReportingOverflow(limit &- columns &+ 1)
        let last = limit == .max || isPastEnd ? .max : most
        let end = cleanEnd(of: bytes, from: index, limit: last, escapesBackslash: escapesBackslash)
        columns += end - index
        index = end
        base = .narrow
      } else {
        let unit = Unit(bytes, at: index)
        columns += base.columns(of: unit, escapesBackslash: escapesBackslash) ?? Escape(unit).count
        index += unit.length
      }
    }
    return columns
  }

  /// The bytes that `text` stands for: the inverse of `text(_:)`. It also takes what that would have escaped as it is;
  /// nil when a backslash begins no escape.
  package static func bytes(of text: String) -> [UInt8]? {
    var output: [UInt8] = []
    var rest = Substring(text).utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        output.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "\\"): output.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "n"): output.append(0x0A)
      case UInt8(ascii: "r"): output.append(0x0D)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "e"): output.append(0x1B)
      case UInt8(ascii: "0"): output.append(0)
      case UInt8(ascii: "x"):
        guard let value = hexadecimal(rest.prefix(2)), rest.count >= 2 else { return nil }
        output.append(UInt8(value))
        rest = rest.dropFirst(2)
      case UInt8(ascii: "u"):
        guard let scalar = bracedScalar(&rest) else { return nil }
        output.append(contentsOf: Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
      default: return nil
      }
    }
    return output
  }

  private static func bracedScalar(_ rest: inout Substring.UTF8View) -> Unicode.Scalar? {
    guard rest.popFirst() == UInt8(ascii: "{"), let end = rest.prefix(7).firstIndex(of: UInt8(ascii: "}")),
      let value = hexadecimal(rest[..<end])
    else { return nil }
    rest = rest[rest.index(after: end)...]
    return Unicode.Scalar(value)
  }

  private static func hexadecimal(_ digits: Substring.UTF8View) -> UInt32? {
    guard !digits.isEmpty else { return nil }
    var value: UInt32 = 0
    for digit in digits {
      guard let number = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
      value = value << 4 | UInt32(number)
    }
    return value
  }
}

extension Printable {
  /// What the next bytes are: a scalar, or a byte that is not UTF-8 here.
  package struct Unit {
    /// nil for an ill-formed byte.
    package let scalar: Unicode.Scalar?
    /// The first byte.
    package let byte: UInt8
    /// Bytes taken: 1…4.
    package let length: Int

    /// Decodes at `index`, which lies inside `bytes`. Every byte of an ill-formed sequence is a unit of its own, so the
    /// maximal subpart rule (Unicode 14.0, section 3.9) cannot matter: no byte is swallowed.
    @inline(__always)
    package init(_ bytes: UnsafeRawBufferPointer, at index: Int) {
      byte = bytes[index]
      guard byte >= 0x80 else {
        (scalar, length) = (Unicode.Scalar(byte), 1)
        return
      }
      let count = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1
      guard count > 1, bytes.count - index >= count else {
        (scalar, length) = (nil, 1)
        return
      }
      var value = UInt32(byte) & (0x7F >> UInt32(count))
      for offset in 1..<count {
        let next = bytes[index + offset]
        guard next & 0xC0 == 0x80 else {
          (scalar, length) = (nil, 1)
          return
        }
        value = value << 6 | UInt32(next & 0x3F)
      }
      // Longer than need be, a surrogate or past U+10FFFF: the initializer refuses the last two.
      let least: UInt32 = count == 2 ? 0x80 : count == 3 ? 0x800 : 0x10000
      scalar = value >= least ? Unicode.Scalar(value) : nil
      length = scalar == nil ? 1 : count
    }

    init(_ scalar: Unicode.Scalar) {
      self.scalar = scalar
      byte = UInt8(truncatingIfNeeded: scalar.value)
      length = UTF8.width(scalar)
    }
  }

  /// What a following mark would be put on; with a unit it decides what is shown as it is.
  struct Base {
    /// Marks that still go on it: none on an escape, on a wide base, and at the start.
    private var room = 0
    private var isWide = false

    static var narrow: Base { Base(room: Cell.maximumMarks) }

    init() {}

    private init(room: Int) { self.room = room }

    /// The columns of a unit that is shown as it is (0…2), or nil when it has to be escaped.
    @inline(__always)
    mutating func columns(of unit: Unit, escapesBackslash: Bool) -> Int? {
      guard let scalar = unit.scalar, !(escapesBackslash && scalar == "\\") else {
        self = Base()
        return nil
      }
      let kind = ScalarWidth.classify(scalar)
      guard !kind.isHidden else {
        self = Base()
        return nil
      }
      if kind.isMark || (kind.isEmojiModifier && isWide) {
        guard room > 0 else {
          self = Base()
          return nil
        }
        room -= 1
        return kind.columns
      }
      room = kind.columns == 1 ? Cell.maximumMarks : 0
      isWide = kind.columns == 2
      return kind.columns
    }
  }

  /// Whether a byte is ASCII shown as it is.
  @inline(__always)
  static func isClean(_ byte: UInt8, escapesBackslash: Bool) -> Bool {
    byte &- 0x20 < 0x5F && !(escapesBackslash && byte == UInt8(ascii: "\\"))
  }

  /// Where the run of ASCII shown as it is (0x20…0x7E without the backslash) that begins at `start` ends; it looks no
  /// further than `limit`.
  static func cleanEnd(
    of bytes: UnsafeRawBufferPointer,
    from start: Int,
    limit: Int = .max,
    escapesBackslash: Bool
  ) -> Int {
    // A byte that no run holds anyway stands in for the backslash where that is allowed.
    let other: UInt8 = escapesBackslash ? 0x5C : 0x7F
    return visibleEnd(of: bytes, from: start, limit: limit, except: other, other)
  }

  /// Where the run of 0x20…0x7E but for two bytes that begins at `start` ends; it looks no further than `limit`.
  @inline(__always)
  package static func visibleEnd(
    of bytes: UnsafeRawBufferPointer,
    from start: Int,
    limit: Int = .max,
    except first: UInt8,
    _ second: UInt8
  ) -> Int {
    let end = min(bytes.count, limit)
    let firsts = UInt64(first) &* ones
    let seconds = UInt64(second) &* ones
    var index = start
    while end &- index >= 32 {
      let words = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
      let odd = oddities(words, SIMD4(repeating: firsts), SIMD4(repeating: seconds))
      guard (odd[0] | odd[1] | odd[2] | odd[3]) & tops == 0 else { break }
      index &+= 32
    }
    while end &- index >= 8 {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      // One lane of four is looked at: the compiler drops the others.
      let odd = oddities(SIMD4(word, 0, 0, 0), SIMD4(repeating: firsts), SIMD4(repeating: seconds))[0] & tops
      guard odd == 0 else { return index &+ odd.trailingZeroBitCount / 8 }
      index &+= 8
    }
    while index < end, bytes[index] &- 0x20 < 0x5F, bytes[index] != first, bytes[index] != second { index &+= 1 }
    return index
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let spaces: UInt64 = 0x2020_2020_2020_2020
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// Sets the top bit of every byte that is not 0x20…0x7E or is one of two others; what carries from one byte into the next
  /// has set its own, so the lowest that is found is exact.
  @inline(__always)
  private static func oddities(
    _ words: SIMD4<UInt64>,
    _ firsts: SIMD4<UInt64>,
    _ seconds: SIMD4<UInt64>
  ) -> SIMD4<UInt64> {
    let ones = SIMD4(repeating: ones)
    return words | (words &- SIMD4(repeating: spaces)) | (words &+ ones) | ((words ^ firsts) &- ones)
      | ((words ^ seconds) &- ones)
  }
}
