import Screen

/// The keys of the client's screen beside readline's, which belong to the input line.
enum ClientKeys {
  enum Action: Hashable, Sendable {
    case send, newline
    case previous, next, search
    case pageUp, pageDown, top, bottom, unread
    case selectAbove, selectBelow, resend, copy
    case tab, detailUp, detailDown, mode
    case find, findOlder, findNewer
    case bare, back, mouse
    case help, redraw, suspend, interrupt, finish
  }

  static let map = Keymap<Action>([
    .init(
      title: "Send",
      bindings: [
        .init(
          Key(.enter),
          action: .send,
          help: "send; when the connection is down, connect at once",
          hint: "send"
        ),
        .init(Key(.enter, .meta), action: .newline, help: "newline in the message, where the framing allows"),
        .init(Key(.up), action: .previous, help: "the message before; kept across runs", hint: "history"),
        .init(Key(.down), action: .next, help: "the message after"),
        .init(.control("r"), action: .search, help: "search them as you type; ^S newer, ^G gives up"),
      ]
    ),
    .init(
      title: "Log",
      bindings: [
        .init(Key(.pageUp), action: .pageUp, help: "scroll the log up a page", hint: "log"),
        .init(Key(.pageDown), action: .pageDown, help: "scroll the log down a page"),
        .init(Key(.home, .meta), action: .top, help: "to the oldest row kept"),
        .init(Key(.end, .meta), action: .bottom, help: "to the newest row, and follow", hint: "newest"),
        .init(.meta("u"), action: .unread, help: "to the first row that came while you were away"),
        .init(Key(.tab), action: .tab, help: "the bytes of a message; completes a command", hint: "detail"),
        .init(Key(.pageUp, .meta), action: .detailUp, help: "scroll the bytes up"),
        .init(Key(.pageDown, .meta), action: .detailDown, help: "scroll the bytes down"),
        .init(.meta("x"), action: .mode, help: "bytes as hex, as text, as both, as JSON"),
        .init(.control("s"), action: .find, help: "find text, /regex/ or hex:1b5b; again: the match above"),
        .init(.meta("p"), action: .findOlder, help: "the match above"),
        .init(.meta("n"), action: .findNewer, help: "the match below"),
        .init(.meta("l"), action: .bare, help: "the texts alone, to be selected by the terminal"),
      ]
    ),
    .init(
      title: "Select",
      bindings: [
        .init(Key(.up, .meta), action: .selectAbove, help: "select a message; Enter: into the input again"),
        .init(Key(.down, .meta), action: .selectBelow, help: "the one below"),
        .init(.meta("r"), action: .resend, help: "send it again as it is"),
        .init(.meta("w"), action: .copy, help: "copy what the detail shows (OSC 52)"),
        .init(Key(.escape), action: .back, help: "back: the selection, the detail, the search"),
      ]
    ),
    .init(
      title: "Program",
      bindings: [
        .init(Key(.function(1)), .meta("?"), action: .help, help: "this help", hint: "help"),
        .init(
          .control("d"),
          action: .finish,
          help: "on an empty line: send what is queued, then quit",
          hint: "quit"
        ),
        .init(.control("c"), action: .interrupt, help: "clear the line; twice on an empty one: quit"),
        .init(.meta("m"), action: .mouse, help: "the mouse: wheel scrolls, click selects"),
        .init(.control("z"), action: .suspend, help: "suspend; fg comes back"),
        .init(.control("l"), action: .redraw, help: "draw the screen anew"),
      ]
    ),
  ])

  /// The keys to name while a message is selected.
  static var selectionHints: [(key: String, word: String)] {
    let named: [(Action, String)] = [
      (.send, "edit it again"), (.resend, "send it again"), (.tab, "detail"), (.mode, "hex"), (.copy, "copy"),
      (.back, "back"),
    ]
    return named.compactMap { action, word in map.label(of: action).map { (key: $0, word: word) } }
  }

  /// What the input line does by itself.
  static let editing: [HelpTable.Entry] = [
    .heading("Edit, as readline does"),
    .init("^A ^E Home End", "to the start, the end of the line"),
    .init("^B ^F Left Right", "back, forward a character"),
    .init("M-b M-f ^Left ^Right", "back, forward a word"),
    .init("BS ^H Del ^D", "delete before, under the cursor"),
    .init("^W", "kill back to a blank"),
    .init("M-BS M-d", "kill the word before, after"),
    .init("^U ^K", "kill to the start, the end of the line"),
    .init("^Y M-y", "yank what was killed; the kill before it"),
    .init("^T ^_", "exchange two characters; undo"),
    .init("^X ^E", "edit the message in $VISUAL or $EDITOR"),
  ]

  static var help: HelpTable {
    let commands = ClientCommands.table.helpEntries(title: "Commands", sign: String(ClientCommands.sign))
    let filters = FilterHelp.entries(messages: FilterHelp.client)
    return HelpTable(title: "echo_client", entries: map.helpEntries(more: editing + commands + messages + filters))
  }

  private static let messages: [HelpTable.Entry] = [
    .heading("Messages"),
    .init(".", "at a message's start: ends the server and the session"),
    .init("//", "at a message's start: one slash, and no command"),
    .init("paste", "one line is inserted; several are sent if you agree"),
    .init(">q >wait >ok", "queued, awaiting its receipt, answered"),
    .init(">T/O >late", "no receipt in time; one that came after that"),
    .init(">?", "in doubt: written, the connection ended before the receipt"),
    .init(">re", "in doubt, and sent again by you"),
    .init(">ERR", "the network did not take it"),
  ]
}
