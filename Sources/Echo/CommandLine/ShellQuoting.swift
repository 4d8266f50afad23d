/// Bytes as a shell reads them again: POSIX's, and those of its kin.
enum ShellQuoting {
  /// Adds what printf(1) makes the bytes of again, as a part of its format between single quotes: visible ASCII as it is, all
  /// else as escapes of octal digits, so that neither a terminal nor a locale has a part in it.
  static func append(_ bytes: some Sequence<UInt8>, toFormat output: inout [UInt8]) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): output += "\\n".utf8
      case UInt8(ascii: "\r"): output += "\\r".utf8
      case UInt8(ascii: "\t"): output += "\\t".utf8
      case UInt8(ascii: "%"): output += "%%".utf8
      // At the beginning it would be an option.
      case UInt8(ascii: "-") where output.last == UInt8(ascii: "'"): appendOctal(byte, to: &output)
      // An exclamation mark recalls old commands, in csh between single quotes too.
      case UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "!"): appendOctal(byte, to: &output)
      case 0x20...0x7E: output.append(byte)
      default: appendOctal(byte, to: &output)
      }
    }
  }

  /// Always three digits: what follows may be one.
  private static func appendOctal(_ byte: UInt8, to output: inout [UInt8]) {
    output += [UInt8(ascii: "\\"), 0x30 + byte >> 6, 0x30 + byte >> 3 & 7, 0x30 + byte & 7]
  }

  /// The text as one word; nil where there is none: what a shell takes from a command's output loses its last newlines.
  static func word(_ text: String) -> [UInt8]? {
    let bytes = Array(text.utf8)
    guard !bytes.contains(0), bytes.last != 0x0A else { return nil }
    if !bytes.isEmpty, bytes.allSatisfy(isPlain) { return bytes }
    if bytes.allSatisfy({ (0x20...0x7E).contains($0) && !"'\\!".utf8.contains($0) }) { return quoted(bytes) }
    var word = Array("\"$(printf '".utf8)
    append(bytes, toFormat: &word)
    return word + "')\"".utf8
  }

  private static func quoted(_ bytes: [UInt8]) -> [UInt8] { [0x27] + bytes + [0x27] }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "_./:,+@%-".utf8.contains(byte)
    }
  }
}
