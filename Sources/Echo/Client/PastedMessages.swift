/// Several lines that were put in at once: each would be a message of its own.
struct PastedMessages: Hashable, Sendable {
  let lines: [[UInt8]]
  /// Bytes of all of them on the wire.
  var wireCount = 0
  /// Whether the lines are what the input holds.
  var isFromInput = false

  /// Cuts well-formed UTF-8 at LF, CR or CR LF: terminals paste any of them; the last line's end makes no further line.
  init(_ bytes: [UInt8]) {
    var lines: [[UInt8]] = []
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte == 0x0a || byte == 0x0d else { continue }
      lines.append(Array(bytes[start..<(index - 1)]))
      if byte == 0x0d, index < bytes.count, bytes[index] == 0x0a { index += 1 }
      start = index
    }
    if start < bytes.count || lines.isEmpty { lines.append(Array(bytes[start...])) }
    self.lines = lines
  }

  /// How many look like stop messages.
  var stopCount: Int { lines.count { $0.first == ClientModel.stopByte } }

  /// The lines as one text.
  var text: String { String(decoding: Array(lines.joined(separator: [0x0a])), as: UTF8.self) }

  var question: String {
    var question = "Send \(Figures.quantity(UInt64(lines.count), "message")), \(wireCount) bytes?"
    if stopCount > 0 {
      question += " \(stopCount) \(stopCount == 1 ? "begins" : "begin") with \".\": the server may stop."
    }
    return question + " y/n/e(dit)"
  }
}
