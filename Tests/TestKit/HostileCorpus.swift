import Glibc

/// The bytes that are known to harm terminals, from the file that the tests of `Printable` use.
package enum HostileCorpus {
  package static let payloads: [[UInt8]] = {
    let folder = #filePath.split(separator: "/").dropLast(2).reduce(into: "") { $0 += "/\($1)" }
    let text = contents(of: "\(folder)/ScreenTests/Resources/hostile.json")
    return text.matches(of: /"bytes_hex": *"([0-9a-f]*)"/).map { bytes(hexadecimal: $0.output.1) }
  }()

  private static func contents(of path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func bytes(hexadecimal digits: Substring) -> [UInt8] {
    let digits = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }
}
