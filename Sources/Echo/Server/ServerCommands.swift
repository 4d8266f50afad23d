import Screen

/// The words that the server's screen takes after `:`.
enum ServerCommands {
  enum Action: Hashable, Sendable {
    case filter, find, goTo, save, copy, clear, disconnect, mouse, help, stop, quit
  }

  static let table = table(isHere: true)
  private static let tableElsewhere = table(isHere: false)

  static func helpEntries(for site: ServerSite) -> [HelpTable.Entry] {
    (site == .here ? table : tableElsewhere).helpEntries(title: "Commands", sign: ":")
  }

  private static func table(isHere: Bool) -> CommandTable<Action> {
    CommandTable([
      .init("filter", "[EXPRESSION]", action: .filter, help: "show only what it lets through; none shows all"),
      .init("find", "PATTERN", action: .find, help: "find text, /regex/ or hex:1b5b"),
      .init("goto", "NUMBER", action: .goTo, help: "to the message of this number"),
      .init(
        "save",
        "[WHAT] FILE",
        choices: ["all", "filtered", "marked", "message"],
        action: .save,
        help: "save all, filtered, marked or message; .jsonl: JSON"
      ),
      .init(
        "copy",
        "[AS [WHAT]]",
        choices: CommandLineRequest.forms,
        moreChoices: CommandLineRequest.scopes,
        action: .copy,
        help: "copy the detail; as nc: a command that sends it"
      ),
      .init("clear", action: .clear, help: "clear the list; asks"),
      .init("disconnect", action: .disconnect, help: "disconnect the selected message's peer; asks"),
      .init("mouse", action: .mouse, help: "turn the mouse on or off"),
      .init("help", action: .help, help: "this help"),
      .init("stop", action: .stop, help: isHere ? "stop the server and quit" : "stop the server; asks"),
      .init("quit", action: .quit, help: isHere ? "the same; asks if peers are connected" : "quit; the server goes on"),
    ])
  }
}
