import TestKit
import Testing

@testable import Echo

/// Substrings of bytes.
@Suite struct ByteSearchTests {
  private func find(_ search: ByteSearch, _ text: String, from start: Int = 0) -> Range<Int>? {
    Array(text.utf8).withUnsafeBytes { search.firstMatch(in: $0, from: start) }
  }

  @Test("Lower case matches either case, an upper-case letter only itself")
  func smartCase() {
    #expect(find(ByteSearch(smartCase: Array("error".utf8)), "An ERRor") == 3..<8)
    #expect(find(ByteSearch(smartCase: Array("Error".utf8)), "error Error") == 6..<11)
    #expect(find(ByteSearch(smartCase: Array("[{".utf8)), "{[ [{") == 3..<5)
    #expect(find(ByteSearch(smartCase: Array("é".utf8)), "É é") == 3..<5)
  }

  @Test("A search goes on where it is told to, and keeps to its limit")
  func bounds() {
    let search = ByteSearch(exact: Array("ab".utf8))
    #expect(find(search, "abab", from: 1) == 2..<4)
    #expect(find(search, "abab", from: 3) == nil)
    #expect(find(search, "a") == nil && find(search, "") == nil)
    #expect(find(ByteSearch(exact: []), "ab", from: 2) == 2..<2)
    Array("xxab".utf8).withUnsafeBytes {
      #expect(search.firstMatch(in: $0, before: 2) == nil)
      #expect(search.firstMatch(in: $0, before: 3) == 2..<4)
    }
  }

  @Test("It finds what looking everywhere finds", arguments: 1...4 as ClosedRange<UInt64>)
  func oracle(_ seed: UInt64) {
    var random = TestRandom(seed: seed)
    let alphabet: [UInt8] = [0x61, 0x41, 0x62, 0x40, 0x60, 0xE1, 0x20, 0]
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0..<70, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      let needle = (0..<Int.random(in: 1..<4, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      let ignoresCase = Bool.random(using: &random)
      let fold = { (byte: UInt8) in ignoresCase && (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }
      let expected = bytes.indices.first { bytes[$0...].map(fold).starts(with: needle.map(fold)) }
      let found = bytes.withUnsafeBytes { ByteSearch(needle, ignoresCase: ignoresCase).firstMatch(in: $0) }
      #expect(found == expected.map { $0..<($0 + needle.count) }, "\(needle) in \(bytes)")
    }
  }
}
