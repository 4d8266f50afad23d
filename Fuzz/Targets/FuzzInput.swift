/// Reads decisions and payloads from an input; behind its end everything is zero.
struct FuzzInput {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func flag() -> Bool { byte() & 1 == 1 }

  /// A number from 0 to `limit`, which is below 65 536.
  mutating func number(upTo limit: Int) -> Int {
    let value = limit < 256 ? Int(byte()) : Int(byte()) << 8 | Int(byte())
    return value % (limit + 1)
  }

  mutating func number64() -> UInt64 { (0..<8).reduce(0) { value, _ in value << 8 | UInt64(byte()) } }

  /// As many bytes as there are, at most `count`.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8> {
    let taken = rest.prefix(count)
    rest = rest.dropFirst(count)
    return taken
  }

  /// Lengths of up to 16 pieces, for `cut`.
  mutating func cuts() -> [Int] { (0..<number(upTo: 16)).map { _ in number(upTo: 255) } }

  /// The bytes in pieces of these lengths, empty ones too; what is left is the last one.
  static func cut(_ bytes: [UInt8], _ cuts: [Int]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    for count in cuts {
      pieces.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return pieces + [rest]
  }
}
