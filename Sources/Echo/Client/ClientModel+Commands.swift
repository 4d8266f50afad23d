import Screen
import Wire

/// What the client does on words after `/`.
extension ClientModel {
  /// What is asked before something is done that can't be undone; `y` agrees.
  enum Question: Hashable, Sendable {
    case clear
    case overwrite(String)
  }

  /// The command in the input, without its sign; nil when the input is a message.
  var command: String? {
    let characters = input.characters
    guard characters.first == ClientCommands.sign, !hasLiteralSign, input.lineCount == 1 else { return nil }
    return String(characters.dropFirst())
  }

  /// Whether the input begins with a doubled sign, which is one in the message.
  private var hasLiteralSign: Bool {
    input.lineCount == 1 && input.characters.starts(with: [ClientCommands.sign, ClientCommands.sign])
  }

  /// The message in the input.
  var draft: [UInt8] { Array(hasLiteralSign ? input.text.utf8.dropFirst() : input.text.utf8[...]) }

  /// Completes the command in the input; opens or closes the detail where there is none.
  mutating func completeOrToggleDetail() {
    guard let command else {
      if browser.isDetailOpen {
        browser.closeDetail()
      } else if !browser.openDetail() {
        say("there is nothing to look into yet")
      }
      return
    }
    if let completed = ClientCommands.table.completion(of: command) {
      input.replaceAll(with: String(ClientCommands.sign) + completed)
    } else {
      let words = ClientCommands.table.continuations(of: command)
      say(words.isEmpty ? "nothing completes this" : words.joined(separator: "  "))
    }
  }

  /// What the status row says of a command that is being typed: how it goes on, and what it does.
  var commandHint: String? {
    guard let command else { return nil }
    let name = String(command.prefix { $0 != " " })
    if let entry = try? ClientCommands.table.entry(named: name) {
      return "\(ClientCommands.sign)\(entry.usage)  \(entry.help)"
    }
    let words = ClientCommands.table.continuations(of: name)
    return words.isEmpty ? nil : words.joined(separator: "  ")
  }

  /// Does what the input says; what is wrong with it is told, and it stays to be mended.
  mutating func run(_ line: String) -> [Effect<ClientRequest>] {
    let action: ClientCommands.Action
    let argument: String
    do throws(CommandTable<ClientCommands.Action>.Failure) {
      (action, argument) = try ClientCommands.table.parse(line)
    } catch {
      if case .unknown = error {
        say("\(error.text); // sends a literal /", isAlert: true)
      } else {
        say(error.text, isAlert: true)
      }
      return []
    }
    let typed = input
    let text = input.take()
    do throws(CommandProblem) {
      let effects = try perform(action, argument, message: line.drop { $0 != " " }.dropFirst())
      return remember(text) + effects
    } catch {
      input = typed
      say(error.text, isAlert: true)
      return []
    }
  }

  /// `message` is what follows the name and one blank: further ones are the message's own.
  private mutating func perform(
    _ action: ClientCommands.Action,
    _ argument: String,
    message: Substring
  ) throws(CommandProblem) -> [Effect<ClientRequest>] {
    switch action {
    case .help: focus = .help(ClientKeys.help)
    case .find: try check(find(argument))
    case .filter: try check(browser.setFilter(argument))
    case .send: return try sendLiteral(Array(message.utf8))
    case .escape: return try sendLiteral(bytes(escaped: message))
    case .hex: return try sendLiteral(bytes(hexadecimal: argument))
    case .resend: return try resend(argument)
    case .framing: return try changeFraming(argument)
    case .reconnect: return reconnect()
    case .close: return close()
    case .save: return [.file(try browser.startSave(argument))]
    case .copy: return try copy(argument)
    case .clear: focus = .question(.clear)
    case .mouse: return toggleMouse()
    case .quit: return quit(wasArmed: false)
    }
    return []
  }

  private func check(_ problem: String?) throws(CommandProblem) { if let problem { throw CommandProblem(problem) } }

  // MARK: Messages that can't be typed

  private func bytes(hexadecimal text: String) throws(CommandProblem) -> [UInt8] {
    guard let bytes = FilterParser.bytes(hexadecimal: Array(text)[...]) else {
      throw CommandProblem("hex needs pairs of hexadecimal digits: de ad be ef")
    }
    return bytes
  }

  private func bytes(escaped text: Substring) throws(CommandProblem) -> [UInt8] {
    do throws(FilterError) {
      return try EscapedText(FilterScanner.characters(of: text)[...]).bytes
    } catch {
      throw CommandProblem(error.reason)
    }
  }

  /// Sends bytes of the user's as they are; a stop message among them does not end the session.
  private mutating func sendLiteral(_ payload: [UInt8]) throws(CommandProblem) -> [Effect<ClientRequest>] {
    guard ending == .none else { throw CommandProblem(ClientModel.endingWords) }
    do throws(FramingError) {
      let count = try wireCount(of: payload)
      catchUp()
      return send(payload, wireCount: count)
    } catch {
      throw CommandProblem(error.text(framing: framing, transport: transport))
    }
  }

  /// Sends a message again, or with `doubt` each one that is in doubt, in order.
  private mutating func resend(_ argument: String) throws(CommandProblem) -> [Effect<ClientRequest>] {
    if argument.isEmpty { return resendSubject() }
    guard argument.split(separator: " ") == ["doubt"] else { throw CommandProblem("resend takes nothing, or: doubt") }
    // Taken out first: what is sent may push the oldest rows out of the log.
    let rows = browser.log.rowsInDoubt.compactMap { id in browser.log[id].map { (id, $0) } }
    guard !rows.isEmpty else { throw CommandProblem("nothing is in doubt") }
    return rows.flatMap { resend($1, id: $0, mayEnd: false) }
  }

  // MARK: The connection

  private mutating func changeFraming(_ argument: String) throws(CommandProblem) -> [Effect<ClientRequest>] {
    guard !argument.isEmpty else {
      say("framing \(framing)")
      return []
    }
    guard let new = Framing(argument.split(separator: " ").joined(separator: " ")) else {
      throw CommandProblem("framing is line, crlf, nul, length16, length32, fixed:N (N from 1 to 65507) or raw")
    }
    guard !framingIsFixed else { throw CommandProblem("the playground's server has framing \(framing)") }
    if let error = queue.obstacle(framing: new, transport: transport) {
      throw CommandProblem("not changed, for what is queued: \(error.text(framing: new, transport: transport))")
    }
    framing = new
    framingStart = browser.log.endID
    return [.request(.frame(new))] + reconnect()
  }

  // MARK: Questions

  func text(of question: Question) -> String {
    switch question {
    case .clear: "Clear \(Figures.quantity(UInt64(browser.log.count), "row")) from the log? y/n"
    case .overwrite(let path): "\(Printable.text(path.utf8)) is there already. Write over it? y/n"
    }
  }

  mutating func agree(to question: Question) -> [Effect<ClientRequest>] {
    switch question {
    case .clear:
      browser.clear()
      unread = UnreadMark()
    case .overwrite(let path): return [.file(.create(path: path, isOverwriting: true))]
    }
    return []
  }

  mutating func refuse(_ question: Question) -> [Effect<ClientRequest>] {
    if case .overwrite = question { browser.cancelSave() }
    return []
  }
}
