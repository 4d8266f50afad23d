/// Puts the lines of pipelined messages in order: each message's own, then its outcome's, then the next message's.
struct ExchangeOrder {
  private struct Exchange {
    enum State {
      /// The outcome is not known.
      case open
      /// There is nothing to say of the outcome.
      case silent
      /// The outcome's line waits for its turn.
      case resolved
    }

    let id: UInt64
    let wireCount: UInt64
    var state: State
    /// Whether the message has a line of its own.
    var isSent = true
  }

  /// In the order of rising ids; those before `head` are done.
  private var exchanges: [Exchange] = []
  private var head = 0
  /// Lines of outcomes that came before their turn, by the message's id.
  private var outcomes: [UInt64: [UInt8]] = [:]

  private var isEmpty: Bool { head == exchanges.count }

  /// A message was sent; it is `isOpen` when an outcome is to follow.
  mutating func sent(_ id: UInt64, wireCount: UInt64, isOpen: Bool, to output: inout [UInt8]) {
    add(Exchange(id: id, wireCount: wireCount, state: isOpen ? .open : .silent), to: &output)
  }

  /// Says a line in the place of a message that was never sent.
  mutating func interject(_ line: String, id: UInt64, to output: inout [UInt8]) {
    outcomes[id] = Array(line.utf8)
    add(Exchange(id: id, wireCount: 0, state: .resolved, isSent: false), to: &output)
  }

  /// When an outcome's line is to be said.
  enum Turn {
    /// Now, and `advance` is to follow.
    case next
    /// When it is the message's turn: it is to be given to `hold`.
    case later
    /// Now, out of order: nothing waits for it.
    case never
  }

  /// When to say the outcome of a message, which is known now.
  func turn(of id: UInt64) -> Turn {
    guard let index = index(of: id), exchanges[index].state == .open else { return .never }
    return index == head ? .next : .later
  }

  /// Keeps the line of an outcome until it is the message's turn.
  mutating func hold(_ line: [UInt8], id: UInt64) {
    guard let index = index(of: id) else { return }
    outcomes[id] = line
    exchanges[index].state = .resolved
  }

  /// The outcome of the message whose turn it was has been said.
  mutating func advance(to output: inout [UInt8]) {
    beginNext(to: &output)
    settle(to: &output)
  }

  /// Says what is left, without outcomes that never became known.
  mutating func flush(to output: inout [UInt8]) {
    while !isEmpty { sayOutcome(to: &output) }
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
    output.append(addingCapacity: 64) { line in
      line.append("client sent ")
      line.append(decimal: exchange.wireCount)
      line.append(" bytes to server\n")
    }
  }

  private mutating func sayOutcome(to output: inout [UInt8]) {
    if exchanges[head].state == .resolved, let line = outcomes.removeValue(forKey: exchanges[head].id) {
      output.append(contentsOf: line)
    }
    beginNext(to: &output)
  }

  /// The head is done: the next message has its turn.
  private mutating func beginNext(to output: inout [UInt8]) {
    head += 1
    if !isEmpty { begin(exchanges[head], to: &output) }
  }

  /// The head's own line is out; says every outcome that is known, up to the first message that is open.
  private mutating func settle(to output: inout [UInt8]) {
    while !isEmpty, exchanges[head].state != .open { sayOutcome(to: &output) }
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
