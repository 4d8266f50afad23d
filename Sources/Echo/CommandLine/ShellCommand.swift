import Screen
import Wire

/// A command line that sends messages, to the byte, as they went over the wire.
struct ShellCommand: Sendable {
  /// What sends them.
  enum Form: String, CaseIterable, Sendable {
    case nc, printf
    case client = "echo_client"
  }

  /// The longest datagram that surely leaves printf(1) in one write, and so nc(1) as one datagram: bash has a buffer of so
  /// many bytes.
  private static let longestPipedDatagram = 4096

  private let form: Form
  private let transport: Transport
  /// What `echo_client` is told to frame by.
  private let framing: Framing
  /// What stands after the bytes of a command.
  private let tail: [UInt8]
  private var text: [UInt8] = []
  /// The message that a line of `echo_client`'s would end with.
  private var stop: UInt64?
  private(set) var messageCount: UInt64 = 0
  private(set) var byteCount = 0

  /// `endpoint` may be missing where nothing is sent; `framing` makes of each message's payload what goes over a stream.
  init(
    _ form: Form,
    to endpoint: Endpoint?,
    _ transport: Transport,
    _ framing: Framing,
    awaitsReceipts: Bool = true
  )
    throws(CommandProblem)
  {
    self.form = form
    self.transport = transport
    self.framing = transport.isDatagram ? .line : framing
    var tail = [UInt8(ascii: "'")]
    if form != .printf {
      guard let endpoint else { throw CommandProblem("where the server listened is not known: copy printf") }
      guard let place = ShellCommand.place(endpoint, of: form) else {
        throw CommandProblem("no command line can name \(endpoint.text)")
      }
      tail += " | \(ShellCommand.program(form, transport, self.framing, awaitsReceipts))".utf8
      tail += place
    }
    self.tail = tail
  }

  /// Whether a message among them begins as a stop message does.
  var mayStop: Bool { stop != nil }

  /// Adds a message: its payload, and all that went over the wire of it.
  mutating func add(_ number: UInt64, payload: UnsafeRawBufferPointer, wire: [UInt8]) throws(CommandProblem) {
    switch form {
    case .printf: append(wire, isApart: transport.isDatagram)
    case .nc:
      if transport.isDatagram { try checkPiped(wire.count, number) }
      append(wire, isApart: transport.isDatagram)
    case .client:
      let line = transport.isDatagram ? wire : Array(payload)
      try checkTyped(line, wire, number)
      append(line + [0x0A], isApart: false)
    }
    messageCount += 1
    byteCount += wire.count
    if payload.first == ClientModel.stopByte { stop = stop ?? number }
  }

  /// The whole line.
  func finished() throws(CommandProblem) -> [UInt8] {
    let line = text + tail
    try check(line.count)
    return line
  }

  /// Throws where it is longer already than a clipboard takes: a part of a line is worse than none.
  func check() throws(CommandProblem) { try check(text.count) }

  private func check(_ count: Int) throws(CommandProblem) {
    guard count > Clipboard.capacity else { return }
    throw CommandProblem(
      "too long for the clipboard: a command line has at most \(Figures.quantity(UInt64(Clipboard.capacity), "byte"))"
    )
  }

  /// `isApart`: as a command of its own.
  private mutating func append(_ bytes: [UInt8], isApart: Bool) {
    if text.isEmpty {
      text += "printf '".utf8
    } else if isApart {
      text += tail + "; printf '".utf8
    }
    ShellQuoting.append(bytes, toFormat: &text)
  }

  private func checkPiped(_ count: Int, _ number: UInt64) throws(CommandProblem) {
    if count == 0 {
      throw CommandProblem("message \(number) is empty, and nc sends no empty datagram: copy echo_client")
    }
    guard count > ShellCommand.longestPipedDatagram else { return }
    throw CommandProblem("nc may cut a datagram as long as message \(number): copy echo_client")
  }

  private func checkTyped(_ line: [UInt8], _ wire: [UInt8], _ number: UInt64) throws(CommandProblem) {
    if let stop {
      throw CommandProblem("echo_client ends with message \(stop), for it begins with a dot: copy nc")
    }
    guard !line.contains(0x0A) else {
      throw CommandProblem("echo_client reads lines, and message \(number) has a newline: copy nc")
    }
    var batch = OutgoingBatch(framing: framing, transport: transport)
    try? batch.append(line, id: number, expectsReceipt: false)
    guard batch.bytes == wire else {
      throw CommandProblem("echo_client sends whole messages, and message \(number) is not: copy nc")
    }
  }

  private static func program(
    _ form: Form,
    _ transport: Transport,
    _ framing: Framing,
    _ awaitsReceipts: Bool
  ) -> String {
    guard form == .client else {
      return switch transport {
      case .tcp: "nc -N "
      // Without a word it would stay; there is no end that a datagram could tell of.
      case .udp: "nc -u -w 1 "
      case .unix: "nc -N -U "
      }
    }
    var program = "echo_client --no-tui "
    if framing != .line { program += "--framing \(framing) " }
    if !awaitsReceipts { program += "--no-receipts " }
    return transport == .udp ? program + "--udp " : program
  }

  private static func place(_ endpoint: Endpoint, of form: Form) -> [UInt8]? {
    switch endpoint {
    case .tcp(let host, let port), .udp(let host, let port):
      // What begins with a dash would be an option.
      let mark = host.utf8.first == 0x2D ? "-- " : ""
      return ShellQuoting.word(host).map { Array(mark.utf8) + $0 + " \(port)".utf8 }
    case .unix(let path):
      let begin = Array(path.utf8.prefix(2))
      // In a URL, two slashes stand before what it names.
      if form == .client { return ShellQuoting.word("unix:" + (begin == [0x2F, 0x2F] ? "//" : "") + path) }
      return ShellQuoting.word((begin.first == 0x2D ? "./" : "") + path)
    }
  }
}
