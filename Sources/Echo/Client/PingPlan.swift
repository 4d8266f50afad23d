package import Wire

/// What a ping awaits of its peer.
package enum PingExpectation: String, Hashable, Sendable, CaseIterable {
  /// A receipt for each message, whatever its bytes.
  case receipt
  /// The message's own bytes (RFC 862), so that each reply tells which message it answers.
  case echo
}

/// Why a ping can't be sent as it was asked for.
package enum PingPlanError: Error, Hashable, Sendable {
  /// The stream has no borders by which replies could be told apart.
  case noBorders
  /// A message of the wanted size has no room for its number.
  case tooSmall(least: Int)
  case misfit(FramingError)
}

/// What a ping sends, how fast, and what it awaits.
package struct PingPlan: Sendable {
  package static let counts = 1...1_000_000
  /// Bytes of a message, framing not counted: as many as a client keeps of a reply.
  package static let sizes = 1...(1 << 20)

  package let count: UInt64
  /// From one message to the next; 0: as soon as the window has room.
  let intervalNanoseconds: Int64
  let expectation: PingExpectation
  let timeoutNanoseconds: Int64
  let framing: Framing
  let transport: Transport
  private let size: Int?

  /// A ping of `count` messages of `size` bytes, or of as few as their numbers need.
  package init(
    count: Int,
    intervalNanoseconds: Int64,
    size: Int?,
    expectation: PingExpectation,
    configuration: ClientConfiguration
  ) throws(PingPlanError) {
    self.count = UInt64(count)
    self.intervalNanoseconds = intervalNanoseconds
    self.size = size
    self.expectation = expectation
    timeoutNanoseconds = configuration.timeoutNanoseconds
    framing = configuration.framing
    transport = configuration.endpoint.transport
    if framing == .raw, !transport.isDatagram { throw .noBorders }
    let least = PingPlan.name(of: self.count).count
    if let size, size < least { throw .tooSmall(least: least) }
    var batch = OutgoingBatch(framing: framing, transport: transport)
    do throws(FramingError) {
      try batch.append(payload(of: self.count)[...], id: 0, expectsReceipt: true)
    } catch {
      throw .misfit(error)
    }
  }

  /// Whether the wire is to await a reply for each message, in the order of sending: echoes tell by themselves.
  package var awaitsReceipts: Bool { expectation == .receipt }

  /// Bytes of the longest message.
  var longest: Int { size ?? PingPlan.name(of: count).count }

  /// A message: `ping 17`, and letters up to the size.
  func payload(of number: UInt64) -> [UInt8] {
    var payload = PingPlan.name(of: number)
    guard let size, payload.count < size else { return payload }
    payload.reserveCapacity(size)
    payload.append(0x20)
    while payload.count < size { payload.append(0x61 + UInt8(payload.count % 26)) }
    return payload
  }

  /// Which message came back; nil when it is none, or not unchanged.
  func number(of reply: ArraySlice<UInt8>) -> UInt64? {
    guard reply.starts(with: PingPlan.word) else { return nil }
    var number: UInt64 = 0
    for byte in reply.dropFirst(PingPlan.word.count) {
      guard (0x30...0x39).contains(byte), number <= count else { break }
      number = number * 10 + UInt64(byte - 0x30)
    }
    guard (1...count).contains(number), reply == payload(of: number)[...] else { return nil }
    return number
  }

  /// Which message a reply that was kept is the echo of; nil where it is none.
  package func message(of reply: UnsafeRawBufferPointer) -> UInt64? {
    let count = framing.shownCount(of: reply, transport: transport)
    return number(of: Array(reply[..<count])[...])
  }

  private static let word = Array("ping ".utf8)

  private static func name(of number: UInt64) -> [UInt8] {
    var name = word
    name.append(decimal: number)
    return name
  }
}

extension PingPlanError {
  /// What is wrong, and what to do.
  package func text(framing: Framing, transport: Transport) -> String {
    switch self {
    case .noBorders: "framing raw has no borders to tell replies apart: --ping needs another on a stream"
    case .tooSmall(let least): "--size must be at least \(least), so that a message has room for its number"
    case .misfit(let error): error.text(framing: framing, transport: transport)
    }
  }
}
