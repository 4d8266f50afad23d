/// How a stream is cut into messages.
package enum Framing: Hashable, Sendable {
  /// A message ends with LF; a CR before it belongs to the message's bytes and is not shown.
  case line
  /// As `line`, but what is sent ends with CR LF, as SMTP, HTTP, IRC and Redis have it.
  case crlf
  /// A message ends with NUL.
  case nul
  /// Two bytes of length, big end first, then the message.
  case length16
  /// Four bytes of length, big end first, then the message.
  case length32
  /// Every message has this many bytes; a shorter one is padded with NULs when sent.
  case fixed(Int)
  /// Every read is a message: there are no borders.
  case raw
}

/// Why a message can't be sent in a framing.
package enum FramingError: Error, Hashable, Sendable {
  /// The message has more bytes than the framing can carry.
  case tooLong(count: Int, limit: Int)
  /// The message contains the byte that ends messages.
  case containsDelimiter(UInt8)
}

extension Framing {
  /// The largest size that `fixed` takes: the largest datagram of IPv4.
  package static let maximumFixed = 65_507

  /// Reads the word of the command line: `line`, `crlf`, `nul`, `length16`, `length32`, `fixed:N` or `raw`.
  package init?(_ text: String) {
    switch text {
    case "line": self = .line
    case "crlf": self = .crlf
    case "nul": self = .nul
    case "length16": self = .length16
    case "length32": self = .length32
    case "raw": self = .raw
    default:
      let digits = text.dropFirst("fixed:".count)
      guard text.hasPrefix("fixed:"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let count = Int(digits), (1...Framing.maximumFixed).contains(count)
      else { return nil }
      self = .fixed(count)
    }
  }

  /// The byte that ends a message, where one does.
  package var delimiter: UInt8? {
    switch self {
    case .line, .crlf: 0x0a
    case .nul: 0
    case .length16, .length32, .fixed, .raw: nil
    }
  }

  /// Whether the end of a stream ends its last message, too: where a length was announced, some of it is missing then.
  package var endsWithStream: Bool { delimiter != nil }

  /// How many bytes of length go before a message.
  package var headerCount: Int {
    switch self {
    case .length16: 2
    case .length32: 4
    case .line, .crlf, .nul, .fixed, .raw: 0
    }
  }

  /// Appends one message as it goes over a stream.
  @specialized(where Payload == UnsafeRawBufferPointer)
  package func append<Payload: Collection<UInt8>>(
    _ payload: Payload,
    to output: inout [UInt8]
  ) throws(FramingError) {
    let count = payload.count
    switch self {
    case .line, .crlf, .nul:
      let delimiter = delimiter ?? 0
      let isCut =
        payload.withContiguousStorageIfAvailable { UnsafeRawBufferPointer($0).holds(delimiter) }
        ?? payload.contains(delimiter)
      guard !isCut else { throw .containsDelimiter(delimiter) }
      output.append(contentsOf: payload)
      // A line of a file that has CR LF already gets no second CR.
      if self == .crlf, count == 0 || output.last != 0x0d { output.append(0x0d) }
      output.append(delimiter)
    case .length16, .length32:
      let limit = self == .length16 ? Int(UInt16.max) : Int(UInt32.max)
      guard count <= limit else { throw .tooLong(count: count, limit: limit) }
      for index in (0..<headerCount).reversed() { output.append(UInt8(truncatingIfNeeded: count >> (index * 8))) }
      output.append(contentsOf: payload)
    case .fixed(let size):
      guard count <= size else { throw .tooLong(count: count, limit: size) }
      output.append(contentsOf: payload)
      output.append(contentsOf: repeatElement(0, count: size - count))
    case .raw:
      output.append(contentsOf: payload)
    }
  }

  /// Appends one message as the payload of a datagram: `fixed` pads, every other framing is the datagram itself.
  @specialized(where Payload == UnsafeRawBufferPointer)
  package func appendDatagram<Payload: Collection<UInt8>>(
    _ payload: Payload,
    to output: inout [UInt8]
  ) throws(FramingError) {
    if case .fixed = self { return try append(payload, to: &output) }
    guard payload.count <= Framing.maximumFixed else {
      throw .tooLong(count: payload.count, limit: Framing.maximumFixed)
    }
    output.append(contentsOf: payload)
  }

  /// Where the payload lies in the bytes of a message that goes over the wire, as its receiver keeps it: with a line's CR, and
  /// what pads a message.
  package func payloadRange(ofFramed count: Int, transport: Transport) -> Range<Int> {
    if transport.isDatagram { return 0..<count }
    let end = delimiter == nil ? count : max(0, count - 1)
    return min(headerCount, end)..<end
  }

  /// How much of a kept payload is shown as its text: without a line's CR, a fixed message's tail after its first NUL,
  /// or the NULs that pad a datagram.
  package func shownCount(of payload: UnsafeRawBufferPointer, transport: Transport) -> Int {
    if case .fixed = self { return payload.firstIndex(of: 0) ?? payload.count }
    var count = payload.count
    if transport.isDatagram {
      while count > 0, payload[count - 1] == 0 { count -= 1 }
    } else if delimiter == 0x0a, count > 0, payload[count - 1] == 0x0d {
      count -= 1
    }
    return count
  }

  /// The part of a kept payload that is shown.
  package func shown(of payload: ArraySlice<UInt8>, transport: Transport) -> ArraySlice<UInt8> {
    payload.prefix(payload.withUnsafeBytes { shownCount(of: $0, transport: transport) })
  }
}

extension Framing: CustomStringConvertible {
  package var description: String {
    switch self {
    case .line: "line"
    case .crlf: "crlf"
    case .nul: "nul"
    case .length16: "length16"
    case .length32: "length32"
    case .fixed(let count): "fixed:\(count)"
    case .raw: "raw"
    }
  }
}
