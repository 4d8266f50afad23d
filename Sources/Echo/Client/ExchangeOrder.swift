/// Puts the lines of pipelined messages in order: each message's own, then its outcome's, then the next message's.
struct ExchangeOrder {
  private struct Exchange {
    let id: UInt64
    let wireCount: UInt64
    /// The outcome's line, empty when there is nothing to say; nil while it is not known.
    var outcome: [UInt8]?
    /// Whether the message has a line of its own.
    var isSent = true
  }

  /// In the order of rising ids; those before `head` are done.
  private var exchanges: [Exchange] = []
  private var head = 0

  private var isEmpty: Bool { head == exchanges.count }

  /// Whether the message has been sent and has no outcome yet.
  func isOpen(_ id: UInt64) -> Bool { index(of: id).map { exchanges[$0].outcome == nil } ?? false }

  /// A message was sent; it is `isOpen` when an outcome is to follow.
  mutating func sent(_ id: UInt64, wireCount: UInt64, isOpen: Bool, to output: inout [UInt8]) {
    add(Exchange(id: id, wireCount: wireCount, outcome: isOpen ? nil : []), to: &output)
  }

  /// Says a line in the place of a message that was never sent.
  mutating func interject(_ line: String, id: UInt64, to output: inout [UInt8]) {
    add(Exchange(id: id, wireCount: 0, outcome: Array(line.utf8), isSent: false), to: &output)
  }

  /// The outcome of a message is known.
  mutating func resolve(_ id: UInt64, to output: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
    guard let index = index(of: id), exchanges[index].outcome == nil else {
      write(&output)
      return
    }
    guard index == head else {
      var line: [UInt8] = []
      write(&line)
      exchanges[index].outcome = line
      return
    }
    write(&output)
    head += 1
    if !isEmpty { begin(exchanges[head], to: &output) }
    settle(to: &output)
  }

  /// Says what is left, without outcomes that never became known.
  mutating func flush(to output: inout [UInt8]) {
    while !isEmpty {
      output.append(contentsOf: exchanges[head].outcome ?? [])
      head += 1
      if !isEmpty { begin(exchanges[head], to: &output) }
    }
    settle(to: &output)
  }

  private mutating func add(_ exchange: Exchange, to output: inout [UInt8]) {
    let isFirst = isEmpty
    exchanges.append(exchange)
    guard isFirst else { return }
    begin(exchange, to: &output)
    settle(to: &output)
  }

  private func begin(_ exchange: Exchange, to output: inout [UInt8]) {
    guard exchange.isSent else { return }
    output.append("client sent ")
    output.append(decimal: exchange.wireCount)
    output.append(" bytes to server\n")
  }

  /// The head's own line is out; says every outcome that is known, up to the first message that is open.
  private mutating func settle(to output: inout [UInt8]) {
    while !isEmpty, let outcome = exchanges[head].outcome {
      output.append(contentsOf: outcome)
      head += 1
      if !isEmpty { begin(exchanges[head], to: &output) }
    }
    if isEmpty {
      exchanges.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 4096, head * 2 >= exchanges.count {
      exchanges.removeFirst(head)
      head = 0
    }
  }

  private func index(of id: UInt64) -> Int? {
    if !isEmpty, exchanges[head].id == id { return head }
    var low = head
    var high = exchanges.count
    while low < high {
      let middle = (low + high) / 2
      if exchanges[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < exchanges.count && exchanges[low].id == id ? low : nil
  }
}
