/// What a server of a reply mode, a framing and a transport answers to a message: for whoever tells of it afterwards.
package struct ServerReply: Sendable {
  package let mode: ReplyMode
  package let framing: Framing
  package let transport: Transport
  private let responder: Responder

  package init(_ mode: ReplyMode, framing: Framing, transport: Transport) {
    self.mode = mode
    self.framing = framing
    self.transport = transport
    responder = Responder(reply: mode, stopPolicy: .never, framing: framing)
  }

  /// Appends the answer as it goes over the wire; nothing where the mode is to give none.
  package func append(answerTo message: UnsafeRawBufferPointer, isPartial: Bool = false, to output: inout [UInt8]) {
    switch mode {
    case .none: break
    case .ok:
      if transport.isDatagram {
        output.append(contentsOf: Responder.datagramReceipt.prefix(message.count))
      } else {
        output.append(contentsOf: responder.streamReceipt)
      }
    case .echo:
      if transport.isDatagram {
        output.append(contentsOf: message)
      } else {
        responder.appendEcho(message, isPartial: isPartial, to: &output)
      }
    }
  }

  /// The answer to a client of the same framing, as it takes it off the wire; nil where the mode is to give none.
  package func payload(answering message: UnsafeRawBufferPointer) -> [UInt8]? {
    guard mode != .none else { return nil }
    var answer: [UInt8] = []
    if transport.isDatagram {
      var sent: [UInt8] = []
      try? framing.appendDatagram(message, to: &sent)
      sent.withUnsafeBytes { append(answerTo: $0, to: &answer) }
      return answer
    }
    append(answerTo: message, to: &answer)
    answer.removeFirst(min(framing.headerCount, answer.count))
    if let delimiter = framing.delimiter, answer.last == delimiter { answer.removeLast() }
    return answer
  }
}
