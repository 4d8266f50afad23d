import Screen

extension DetailPane {
  /// What a copy of the message is made of: JSON as it is laid out, the visible text, or pairs of hexadecimal digits
  /// without blanks; a little more than `limit` bytes at most, and none that a terminal would act on.
  func copyText(limit: Int = 1 << 20) -> [UInt8] {
    guard let subject else { return [] }
    switch mode {
    case .hex: return Hexadecimal.bytes(subject.bytes.prefix(limit / 2))
    case .text, .both:
      var output: [UInt8] = []
      shownBytes.prefix(limit).withUnsafeBytes { Printable.append($0, to: &output) }
      return Array(output.prefix(limit))
    case .json: return copyJSON(limit: limit)
    }
  }

  /// Laid out without a width; what `Printable` would escape is a `\u` escape, so that it stays JSON.
  private func copyJSON(limit: Int) -> [UInt8] {
    let text = text
    var output: [UInt8] = []
    text.bytes.withUnsafeBytes { raw in
      for block in 0..<text.blockCount where output.count < limit {
        let rows = text.rows(block: block, width: 1 << 30)
        for row in rows.rows.indices {
          let isContinued = row == 0 && text.outline?.points[block].beginsRow == false
          if !output.isEmpty, !isContinued { output.append(0x0A) }
          DetailPane.append(rows[row], of: raw, to: &output, isContinued: isContinued)
        }
      }
    }
    output.append(0x0A)
    return output
  }

  private static func append(
    _ spans: ArraySlice<DetailRows.Span>,
    of bytes: UnsafeRawBufferPointer,
    to output: inout [UInt8],
    isContinued: Bool
  ) {
    var column = isContinued ? spans.first?.column ?? 0 : 0
    for span in spans {
      for _ in column..<max(column, span.column) { output.append(0x20) }
      column = span.column + span.columns
      let part = bytes[span.piece.range]
      guard let escape = span.piece.escape else {
        output.append(contentsOf: part)
        continue
      }
      guard escape.count > 1, part.first != 0x5C else { continue }
      for unit in String(decoding: part, as: UTF8.self).utf16 {
        output.append(contentsOf: "\\u\(Hexadecimal.text(UInt64(unit), digits: 4))".utf8)
      }
    }
  }
}
