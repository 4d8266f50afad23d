import Screen
import Wire

extension ClientModel {
  // MARK: Sending

  /// The bytes that a message takes on the wire; throws when it does not fit.
  func wireCount(of payload: [UInt8]) throws(FramingError) -> Int {
    var batch = OutgoingBatch(framing: framing, transport: transport)
    try batch.append(payload, id: 0, expectsReceipt: false)
    return batch.bytes.count
  }

  /// How big the message in the input would be on the wire, or why it can't go; nil while there is none.
  func measuredInput() -> String? {
    guard !input.isEmpty, command == nil else { return nil }
    let lines = input.lineCount > 1 ? "  \(input.lineCount) lines" : ""
    do throws(FramingError) {
      return Figures.bytes(UInt64(try wireCount(of: draft))) + lines
    } catch {
      switch error {
      case .tooLong(_, let limit): return "too long: at most \(Figures.bytes(UInt64(limit)))"
      case .containsDelimiter: return input.lineCount > 1 ? "\(input.lineCount) messages" : "does not fit"
      }
    }
  }

  mutating func enter() -> [Effect<ClientRequest>] {
    if let command { return run(command) }
    if takeUpSelected() { return [] }
    if case .down = phase, input.isEmpty || ending != .none { return connectIfDown() }
    if ending != .none {
      say(ClientModel.endingWords)
      return []
    }
    guard !input.isEmpty else {
      say("nothing to send: /send alone sends an empty message")
      return []
    }
    let payload = draft
    do throws(FramingError) {
      let count = try wireCount(of: payload)
      let text = input.take()
      catchUp()
      return remember(text) + submit(payload, wireCount: count)
    } catch .containsDelimiter(0x0a) {
      ask(PastedMessages(payload), isFromInput: true)
    } catch {
      say(error.text(framing: framing, transport: transport))
    }
    return []
  }

  /// Who sends has seen what there is.
  mutating func catchUp() {
    browser.bottom()
    isSplit = false
    unread.watch(isAway: false, end: browser.log.endID)
    unread.clear()
  }

  static let endingWords = "the session is ending: nothing more is sent"

  static let stopByte = UInt8(ascii: ".")

  /// Sends a message by which the session may end.
  private mutating func submit(_ payload: [UInt8], wireCount: Int) -> [Effect<ClientRequest>] {
    let id = nextID
    let effects = send(payload, wireCount: wireCount)
    if payload.first == ClientModel.stopByte { ending = .stopMessage(id, isWritten: false) }
    return effects
  }

  mutating func send(_ payload: [UInt8], wireCount: Int) -> [Effect<ClientRequest>] {
    let id = nextID
    nextID += 1
    browser.log.append(message: id, payload: payload, wireCount: UInt64(wireCount), at: now.time)
    browser.follow()
    queue.append(Outbox.Message(id: id, bytes: payload))
    guard case .up = phase, !isClosing else { return connectIfDown() }
    return giveQueue()
  }

  /// Gives the wire what waits.
  mutating func giveQueue() -> [Effect<ClientRequest>] {
    measures.entrust(queue.count)
    return queue.give().map { .request(.send(id: $0.id, bytes: $0.bytes)) }
  }

  /// Sends a message of the log again, as a new one, because the user says so: one that is in doubt may then arrive twice.
  package mutating func resend(row id: UInt64) -> [Effect<ClientRequest>] {
    browser.log[id].map { resend($0, id: id) } ?? []
  }

  /// `mayEnd`: a stop message ends the session, as one that is typed does.
  mutating func resend(_ row: ClientLog.Row, id: UInt64, mayEnd: Bool = true) -> [Effect<ClientRequest>] {
    guard case .sent(let fate) = row.kind else { return [] }
    if fate == .queued || fate == .waiting {
      say("not sent again: its fate is still open")
      return []
    }
    guard ending == .none else {
      say(ClientModel.endingWords)
      return []
    }
    let payload = Array(row.payload)
    guard let count = try? wireCount(of: payload) else {
      say("not sent again: it does not fit the framing")
      return []
    }
    if browser.log.markResent(row: id) { measures.resend() }
    catchUp()
    return mayEnd ? submit(payload, wireCount: count) : send(payload, wireCount: count)
  }

  // MARK: Connecting

  mutating func connectIfDown() -> [Effect<ClientRequest>] {
    guard case .down = phase else { return [] }
    return connect(isByHand: true)
  }

  /// Begins a try; only while the connection is down.
  mutating func connect(isByHand: Bool) -> [Effect<ClientRequest>] {
    reconnection.begin(isByHand: isByHand)
    link.restart()
    return [.request(.connect)]
  }

  /// Ends the connection and leaves it ended: what is queued waits.
  package mutating func close() -> [Effect<ClientRequest>] {
    if case .down = phase {
      reconnection.rest()
      return []
    }
    isClosing = true
    return [.request(.close)]
  }

  /// Connects at once: anew, if there is a connection.
  package mutating func reconnect() -> [Effect<ClientRequest>] {
    if case .down = phase { return connect(isByHand: true) }
    guard ending != .asked else { return [] }
    isReconnecting = true
    return close()
  }

  // MARK: Pasting

  mutating func paste(_ bytes: [UInt8]) {
    switch focus {
    case .find(var prompt):
      prompt.paste(bytes)
      focus = .find(prompt)
      return
    case .input, .historySearch: break
    case .help, .pasteQuestion, .question, .bare: return
    }
    browser.notice = nil
    isQuitArmed = false
    isSequenceBegun = false
    guard String(validating: bytes, as: UTF8.self) != nil else {
      say("the paste is not UTF-8 text: it was not taken")
      return
    }
    let messages = PastedMessages(bytes)
    if pasteIntoSearch(messages.text) { return }
    if messages.lines.count > 1 {
      ask(messages, isFromInput: false)
    } else {
      input.insert(messages.text)
    }
  }

  private mutating func ask(_ messages: PastedMessages, isFromInput: Bool) {
    var messages = messages
    messages.isFromInput = isFromInput
    do throws(FramingError) {
      for line in messages.lines { messages.wireCount += try wireCount(of: line) }
      focus = .pasteQuestion(messages)
    } catch {
      say("not taken: \(error.text(framing: framing, transport: transport))")
    }
  }

  mutating func answer(_ key: Key, _ messages: PastedMessages) -> [Effect<ClientRequest>] {
    switch key {
    case .character("y"), .character("Y"):
      focus = .input
      guard ending == .none else {
        say(ClientModel.endingWords)
        return []
      }
      var effects = messages.isFromInput ? remember(input.take()) : []
      catchUp()
      for line in messages.lines {
        guard let count = try? wireCount(of: line) else { continue }
        effects += send(line, wireCount: count)
      }
      return effects
    case .character("e"), .character("E"):
      focus = .input
      if !messages.isFromInput { input.insert(messages.text) }
    case .character("n"), .character("N"), Key(.escape), .control("c"): focus = .input
    default: break
    }
    return []
  }
}
