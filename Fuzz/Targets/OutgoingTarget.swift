import Wire

/// What is framed comes out of a framer as it went in, and what does not fit changes nothing.
enum OutgoingTarget {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let framing = FramerTarget.framing(&input)
    let transport: Transport = input.flag() ? .udp : .tcp
    let cuts = input.cuts()
    var batch = OutgoingBatch(framing: framing, transport: transport)
    var payloads: [ArraySlice<UInt8>] = []
    var id: UInt64 = 0
    while !input.isAtEnd {
      id += 1
      let payload = input.bytes(input.number(upTo: 24))
      let before = batch
      do throws(FramingError) {
        try batch.append(payload, id: id, expectsReceipt: true)
        require(fits(payload, framing, transport), "\(payload) does not fit \(framing)")
        require(batch.messages.last?.id == id, "a message keeps its number")
        payloads.append(payload)
        if transport == .udp { checkDatagram(batch, before, payload, framing) }
      } catch {
        require(!fits(payload, framing, transport), "\(payload) fits \(framing): \(error)")
        require(batch.bytes == before.bytes && batch.messages == before.messages, "what does not fit changes nothing")
      }
    }
    require(batch.messages.reduce(0) { $0 + Int($1.wireCount) } == batch.bytes.count, "the counts are the bytes")
    var other = OutgoingBatch(framing: framing, transport: transport)
    other.append(batch)
    require(other.bytes == batch.bytes && other.messages == batch.messages, "a batch is added whole")
    if transport != .udp { checkStream(batch, payloads, framing, cuts) }
  }

  private static func fits(_ payload: ArraySlice<UInt8>, _ framing: Framing, _ transport: Transport) -> Bool {
    if case .fixed(let count) = framing { return payload.count <= count }
    return transport.isDatagram || framing.delimiter.map { !payload.contains($0) } ?? true
  }

  private static func checkStream(
    _ batch: OutgoingBatch,
    _ payloads: [ArraySlice<UInt8>],
    _ framing: Framing,
    _ cuts: [Int]
  ) {
    guard framing != .raw else {
      require(batch.bytes == payloads.flatMap { $0 }, "raw bytes are sent as they are")
      return
    }
    let found = FramerTarget.messages(FuzzInput.cut(batch.bytes, cuts), framing, 1 << 20)
    require(found.count == payloads.count, "\(found.count) of \(payloads.count) messages arrive")
    for (message, (payload, sent)) in zip(found, zip(payloads, batch.messages)) {
      require(message.wireCount == Int(sent.wireCount), "a message's wire bytes are those that were announced")
      require(!message.isPartial && !message.isTruncated, "a message arrives whole")
      let shown = Array(framing.shown(of: message.payload[...], transport: .tcp))
      switch framing {
      case .line, .crlf:
        require(shown == Array(payload.last == 0x0D ? payload.dropLast() : payload), "a line arrives without its CR")
      case .fixed(let count):
        let padding = [UInt8](repeating: 0, count: count - payload.count)
        require(message.payload == payload + padding, "a short message is padded")
        require(shown == Array(payload.prefix { $0 != 0 }), "padding is not shown")
      case .nul, .length16, .length32, .raw: require(message.payload == Array(payload), "a message arrives as it was")
      }
    }
  }

  private static func checkDatagram(
    _ batch: OutgoingBatch,
    _ before: OutgoingBatch,
    _ payload: ArraySlice<UInt8>,
    _ framing: Framing
  ) {
    let datagram = batch.bytes[before.bytes.count...]
    require(
      datagram.starts(with: payload) && datagram.dropFirst(payload.count).allSatisfy { $0 == 0 },
      "it is its bytes"
    )
    let awaits = batch.messages.last?.expectsReceipt ?? false
    require(awaits != [0x4F, 0x4B, 0, 0].starts(with: datagram), "no answer is awaited to what looks like one")
  }
}
