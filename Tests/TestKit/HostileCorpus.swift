/// The bytes that are known to harm terminals, from the file that the tests of `Printable` use.
package enum HostileCorpus {
  package static let payloads: [[UInt8]] = {
    let bytes = (try? Repository.bytes(of: "Tests/ScreenTests/Resources/hostile.json")) ?? []
    let text = String(decoding: bytes, as: UTF8.self)
    return text.matches(of: /"bytes_hex": *"([0-9a-f]*)"/).map { HostileCorpus.bytes(hexadecimal: $0.output.1) }
  }()

  /// Those that a user could type, name a file with, or give as an argument.
  package static let texts = payloads.compactMap { String(validating: $0, as: UTF8.self) }.filter {
    !$0.isEmpty && !$0.utf8.contains(0)
  }

  /// Some of every group, for what takes its time.
  package static let samples = stride(from: 0, to: payloads.count, by: 6).map { payloads[$0] }

  private static func bytes(hexadecimal digits: Substring) -> [UInt8] {
    let digits = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }
}
