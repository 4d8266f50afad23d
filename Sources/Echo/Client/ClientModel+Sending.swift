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
    guard !input.isEmpty else { return nil }
    let lines = input.lineCount > 1 ? "  \(input.lineCount) lines" : ""
    do throws(FramingError) {
      return Figures.bytes(UInt64(try wireCount(of: Array(input.text.utf8)))) + lines
    } catch {
      switch error {
      case .tooLong(_, let limit): return "too long: at most \(Figures.bytes(UInt64(limit)))"
      case .containsDelimiter: return input.lineCount > 1 ? "\(input.lineCount) messages" : "does not fit"
      }
    }
  }

  mutating func enter() -> [Effect<ClientRequest>] {
    if case .down = phase, !queue.isEmpty, input.isEmpty || ending != .none { return connectIfDown() }
    if ending != .none {
      notice = "the session is ending: nothing more is sent"
      return []
    }
    let text = input.text
    guard !text.isEmpty else {
      notice = "nothing to send: an empty message is not sent"
      return []
    }
    let payload = Array(text.utf8)
    do throws(FramingError) {
      let count = try wireCount(of: payload)
      _ = input.take()
      history.add(text)
      list.bottom()
      let id = nextID
      let effects = send(payload, wireCount: count)
      if payload.first == ClientModel.stopByte { ending = .stopMessage(id, isWritten: false) }
      return effects
    } catch .containsDelimiter where framing == .line {
      ask(PastedMessages(payload), isFromInput: true)
    } catch {
      notice = error.text(framing: framing, transport: transport)
    }
    return []
  }

  static let stopByte = UInt8(ascii: ".")

  private mutating func send(_ payload: [UInt8], wireCount: Int) -> [Effect<ClientRequest>] {
    let id = nextID
    nextID += 1
    log.append(message: id, payload: payload, wireCount: UInt64(wireCount), at: now.time)
    syncList()
    guard case .up = phase else {
      queue.append(Outgoing(id: id, bytes: payload))
      return connectIfDown()
    }
    counters.entrust(1)
    return [.request(.send(id: id, bytes: payload))]
  }

  mutating func connectIfDown() -> [Effect<ClientRequest>] {
    guard case .down = phase else { return [] }
    phase = .starting
    return [.request(.connect)]
  }

  // MARK: Pasting

  mutating func paste(_ bytes: [UInt8]) {
    guard focus == .input else { return }
    notice = nil
    isQuitArmed = false
    guard String(validating: bytes, as: UTF8.self) != nil else {
      notice = "the paste is not UTF-8 text: it was not taken"
      return
    }
    let messages = PastedMessages(bytes)
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
      notice = "not taken: \(error.text(framing: framing, transport: transport))"
    }
  }

  mutating func answer(_ key: Key, _ messages: PastedMessages) -> [Effect<ClientRequest>] {
    switch key {
    case .character("y"), .character("Y"):
      focus = .input
      guard ending == .none else {
        notice = "the session is ending: nothing more is sent"
        return []
      }
      if messages.isFromInput { history.add(input.take()) }
      list.bottom()
      var effects: [Effect<ClientRequest>] = []
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
