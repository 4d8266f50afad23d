/// The terminal's clipboard, as far as a program can fill it: OSC 52, `ESC ] 52 ; c ; base64 BEL`.
package enum Clipboard {
  /// The bytes that terminals take at once: a sequence of 100,000 bytes, less its frame, in base64.
  package static let capacity = 74_994

  /// As much of the bytes as the clipboard takes, cut between two characters where they are UTF-8: fewer than there are
  /// means that the user is to be told.
  package static func fitting(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    guard bytes.count > capacity else { return bytes[...] }
    var end = capacity
    while end > capacity - 4, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return bytes[..<(bytes[end] & 0xC0 == 0x80 ? capacity : end)]
  }

  /// The sequence that fills the clipboard with what fits of the bytes.
  package static func sequence(for bytes: [UInt8]) -> [UInt8] {
    var sequence = Array("\u{1B}]52;c;".utf8)
    fitting(bytes).withUnsafeBytes { Base64.append($0, to: &sequence) }
    sequence.append(0x07)
    return sequence
  }
}
