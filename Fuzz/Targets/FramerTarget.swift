import Wire

/// A stream becomes the same messages wherever the reads fall, and every byte of it is counted once.
enum FramerTarget {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let framing = framing(&input)
    let limit = input.number(upTo: 40)
    let cuts = input.cuts()
    let stream = Array(input.rest)
    if framing == .raw {
      let pieces = FuzzInput.cut(stream, cuts)
      let expected = pieces.filter { !$0.isEmpty }.map { Message($0, wire: $0.count, limit: limit) }
      require(messages(pieces, framing, limit) == expected, "every read is a message")
      return
    }
    let expected = ReferenceFramer(framing, limit).messages(stream)
    for pieces in [[stream[...]], FuzzInput.cut(stream, cuts), stream.indices.map { stream[$0...$0] }] {
      let found = messages(pieces, framing, limit)
      require(found == expected, "\(framing): \(found) instead of \(expected)")
    }
  }

  static func framing(_ input: inout FuzzInput) -> Framing {
    switch input.number(upTo: 6) {
    case 0: .line
    case 1: .crlf
    case 2: .nul
    case 3: .length16
    case 4: .length32
    case 5: .fixed(input.number(upTo: 20) + 1)
    default: .raw
    }
  }

  /// What a framer makes of a stream that comes in pieces; its counts and bounds are checked after each.
  static func messages(_ pieces: [ArraySlice<UInt8>], _ framing: Framing, _ limit: Int) -> [Message] {
    var framer = Framer(framing, limit: limit)
    var messages: [Message] = []
    var (fed, counted) = (0, 0)
    for piece in pieces {
      Array(piece).withUnsafeBytes { raw in
        var position = 0
        while let frame = framer.next(in: raw, from: &position) {
          let payload = frame.isHeld ? framer.held : Array(raw[frame.start..<(frame.start + frame.count)])
          require(payload.count == frame.count && frame.count <= limit, "a message is kept up to the limit")
          require(!frame.isPartial, "a message in the stream is whole")
          messages.append(Message(payload: payload, wireCount: Int(frame.wireCount), isTruncated: frame.isTruncated))
          counted += Int(frame.wireCount)
        }
        require(position == raw.count, "a read is used up")
      }
      fed += piece.count
      require(counted + Int(framer.pendingCount) == fed, "every byte is counted")
      require(framer.held.count <= limit, "no more than the limit is held")
    }
    if let frame = framer.finish() {
      require(frame.isHeld && frame.isPartial && frame.count == framer.held.count, "the end leaves what was held")
      counted += Int(frame.wireCount)
      messages.append(
        Message(
          payload: framer.held,
          wireCount: Int(frame.wireCount),
          isTruncated: frame.isTruncated,
          isPartial: true
        )
      )
    }
    require(counted == fed, "every byte is counted at the end")
    require(framer.finish() == nil && framer.pendingCount == 0, "a stream ends once")
    return messages
  }
}

/// A message as a framer cuts it, in a form that can be compared.
struct Message: Hashable {
  var payload: [UInt8]
  var wireCount: Int
  var isTruncated: Bool
  var isPartial = false
}

extension Message {
  init(_ payload: ArraySlice<UInt8>, wire: Int, limit: Int, isPartial: Bool = false) {
    self.init(
      payload: Array(payload.prefix(limit)),
      wireCount: wire,
      isTruncated: payload.count > limit,
      isPartial: isPartial
    )
  }
}

/// Framing as plainly as it can be written: the whole stream at once.
struct ReferenceFramer {
  private let framing: Framing
  private let limit: Int

  init(_ framing: Framing, _ limit: Int) {
    self.framing = framing
    self.limit = limit
  }

  func messages(_ stream: [UInt8]) -> [Message] {
    var messages: [Message] = []
    var rest = stream[...]
    while !rest.isEmpty {
      let whole = wholeCounts(rest)
      let header = min(whole?.header ?? framing.headerCount, rest.count)
      if let whole, whole.header + whole.payload + whole.trailer <= rest.count {
        let wire = whole.header + whole.payload + whole.trailer
        messages.append(Message(rest.dropFirst(header).prefix(whole.payload), wire: wire, limit: limit))
        rest = rest.dropFirst(wire)
      } else {
        messages.append(Message(rest.dropFirst(header), wire: rest.count, limit: limit, isPartial: true))
        rest = []
      }
    }
    return messages
  }

  /// The lengths of the first message's parts; nil where its end can't be told.
  private func wholeCounts(_ rest: ArraySlice<UInt8>) -> (header: Int, payload: Int, trailer: Int)? {
    switch framing {
    case .line, .crlf: rest.firstIndex(of: 0x0A).map { (0, $0 - rest.startIndex, 1) }
    case .nul: rest.firstIndex(of: 0).map { (0, $0 - rest.startIndex, 1) }
    case .length16: rest.count < 2 ? nil : (2, rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }, 0)
    case .length32: rest.count < 4 ? nil : (4, rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }, 0)
    case .fixed(let count): (0, count, 0)
    case .raw: (0, rest.count, 0)
    }
  }
}
