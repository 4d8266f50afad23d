import Screen
import Testing

@Suite("The clipboard")
struct ClipboardTests {
  @Test(
    "Bytes become letters and padding (RFC 4648, section 10)",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ]
  )
  func base64(text: String, letters: String) {
    var output: [UInt8] = []
    Array(text.utf8).withUnsafeBytes { Base64.append($0, to: &output) }
    #expect(String(decoding: output, as: UTF8.self) == letters)
  }

  @Test("The longest sequence is a hundred thousand bytes")
  func capacity() {
    #expect(Clipboard.sequence(for: [UInt8](repeating: 0, count: Clipboard.capacity)).count == 100_000)
    #expect(Clipboard.sequence(for: [UInt8](repeating: 0, count: 1 << 20)).count == 100_000)
    #expect(Clipboard.sequence(for: []) == Array("\u{1B}]52;c;\u{7}".utf8))
  }

  @Test("What is too long is cut between characters, wherever the end falls", arguments: 0..<4)
  func characters(shift: Int) {
    let bytes = Array((String(repeating: "a", count: shift) + String(repeating: "😀", count: 20_000)).utf8)
    let fitting = Clipboard.fitting(bytes)
    #expect((Clipboard.capacity - 3...Clipboard.capacity).contains(fitting.count))
    #expect(String(validating: fitting, as: UTF8.self) != nil)
  }

  @Test("What is no text is cut all the same")
  func noText() {
    #expect(Clipboard.fitting([UInt8](repeating: 0x80, count: 100_000)).count == Clipboard.capacity)
    #expect(Clipboard.fitting([0x80]).count == 1)
  }
}
