import Screen
import TestKit
import Testing

/// Base64 (RFC 4648, section 4), read again.
@Suite struct Base64Tests {
  private func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    let isWhole = Array(text.utf8).withUnsafeBytes { Base64.appendDecoded($0, to: &bytes) }
    return isWhole ? bytes : nil
  }

  @Test("What is written is read again, whatever the bytes")
  func roundTrip() {
    var random = TestRandom(seed: 4648)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      var letters: [UInt8] = []
      bytes.withUnsafeBytes { Base64.append($0, to: &letters) }
      #expect(decoded(String(decoding: letters, as: UTF8.self)) == bytes)
    }
  }

  @Test(
    "Anything else is refused",
    arguments: ["A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "AA==AAAA", "AA=A", "AA A", "AA\nA", "AA-_", "AAAA="]
  )
  func strict(_ text: String) { #expect(decoded(text) == nil) }
}
