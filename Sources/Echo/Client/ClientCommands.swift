import Screen

/// The words that the client takes after `/`.
enum ClientCommands {
  enum Action: Hashable, Sendable {
    case help, find, filter
    case send, hex, escape, resend
    case framing, reconnect, close
    case save, copy, clear, mouse, quit
  }

  /// What a command begins with; doubled it is itself, at the start of a message.
  static let sign: Character = "/"

  static let table = CommandTable<Action>([
    .init("help", action: .help, help: "this help"),
    .init("find", "[PATTERN]", action: .find, help: "find text, /regex/ or hex:1b5b; none: the one before"),
    .init("filter", "[EXPRESSION]", action: .filter, help: "show only what it lets through; none shows all"),
    .init("send", "[TEXT]", action: .send, help: "send it as it is: nothing, or a first . that ends nothing here"),
    .init("hex", "BYTES", action: .hex, help: "send bytes: de ad be ef"),
    .init("escape", "TEXT", action: .escape, help: "send text with escapes: \\x00 \\n \\u{202e}"),
    .init(
      "resend",
      "[doubt]",
      choices: ["doubt"],
      action: .resend,
      help: "send the selected message again, or all in doubt"
    ),
    .init(
      "framing",
      "[FRAMING]",
      choices: ["line", "crlf", "nul", "length16", "length32", "fixed:", "raw"],
      action: .framing,
      help: "cut and frame messages so; connects anew"
    ),
    .init("reconnect", action: .reconnect, help: "connect anew, at once"),
    .init("close", action: .close, help: "close the connection, and leave it so"),
    .init(
      "save",
      "[WHAT] FILE",
      choices: ["all", "filtered", "message"],
      action: .save,
      help: "save all, filtered or message; .jsonl: JSON"
    ),
    .init(
      "copy",
      "[AS [WHAT]]",
      choices: CommandLineRequest.forms,
      moreChoices: CommandLineRequest.scopes,
      action: .copy,
      help: "copy the detail; as nc: a command that sends it"
    ),
    .init("clear", action: .clear, help: "clear the log; asks"),
    .init("mouse", action: .mouse, help: "turn the mouse on or off"),
    .init("quit", action: .quit, help: "send what is queued, then quit"),
  ])
}
