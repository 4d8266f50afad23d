import Wire

/// One row as a filter sees it.
struct FilterRow {
  let record: MessageRecord
  let peer: Peer?
  /// All that was kept of the message, or an event's words.
  let bytes: UnsafeRawBufferPointer
  let framing: Framing

  var isEvent: Bool { record.flags.contains(.notice) }

  /// What of the bytes is shown as the row's text.
  var shown: UnsafeRawBufferPointer {
    guard !isEvent else { return bytes }
    let count = framing.shownCount(of: bytes, transport: peer?.transport ?? .tcp)
    return UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }
}
