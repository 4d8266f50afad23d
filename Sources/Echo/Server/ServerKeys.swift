import Screen

/// The keys of the server's screen: those of less and tig, which fingers know.
enum ServerKeys {
  enum Action: Hashable, Sendable {
    case up, down, pageUp, pageDown, top, bottom
    case left, right
    case follow, pause
    case open, back, nextPane, peers, order, statistics, mode
    case find, findNext, findPrevious, nextOddity, previousOddity, filter
    case mark, save, copy, copyAs, clear, disconnect
    case command, mouse, help, redraw, suspend, quit, quitNow
  }

  static let map = keymap(isHere: true)
  /// The same keys, said of a server that runs elsewhere.
  private static let mapElsewhere = keymap(isHere: false)

  private static func keymap(isHere: Bool) -> Keymap<Action> { Keymap(sections + [program(isHere: isHere)]) }

  private static let sections: [Keymap<Action>.Section] = [
    .init(
      title: "Move",
      bindings: [
        .init(Key(.up), .character("k"), action: .up, help: "up"),
        .init(Key(.down), .character("j"), action: .down, help: "down"),
        .init(Key(.pageUp), .character("b"), .control("b"), .control("u"), action: .pageUp, help: "up a page"),
        .init(
          Key(.pageDown),
          .character(" "),
          .control("f"),
          .control("d"),
          action: .pageDown,
          help: "down a page"
        ),
        .init(Key(.home), .character("g"), action: .top, help: "to the oldest message kept"),
        .init(Key(.end), .character("G"), action: .bottom, help: "to the newest message, and follow"),
        .init(Key(.left), .character("h"), action: .left, help: "scroll the previews left"),
        .init(Key(.right), .character("l"), action: .right, help: "scroll the previews right"),
        .init(.character("e"), action: .nextOddity, help: "to the next error or hostile message"),
        .init(.character("E"), action: .previousOddity, help: "to the one before"),
      ]
    ),
    .init(
      title: "Find",
      bindings: [
        .init(.character("/"), action: .find, help: "find text, /regex/ or hex:1b5b", hint: "find"),
        .init(.character("n"), action: .findNext, help: "the next match"),
        .init(.character("N"), action: .findPrevious, help: "the match before"),
        .init(
          .character("\\"),
          .character("f"),
          action: .filter,
          help: "show only what a filter lets through",
          hint: "filter"
        ),
      ]
    ),
    .init(
      title: "Look",
      bindings: [
        .init(Key(.enter), action: .open, help: "its bytes; again: scroll in them", hint: "detail"),
        .init(.character("x"), action: .mode, help: "bytes as hex, as text, as both, as JSON", hint: "hex"),
        .init(Key(.tab), action: .nextPane, help: "to the next pane"),
        .init(.character("p"), action: .peers, help: "peers; Enter shows only one's messages", hint: "peers"),
        .init(.character("o"), action: .order, help: "sort the peers another way"),
        .init(.character("s"), action: .statistics, help: "totals, sizes and reply times"),
        .init(.character("F"), action: .follow, help: "follow the newest message, or hold", hint: "follow"),
        .init(.character("="), action: .pause, help: "pause the list; receiving goes on"),
        .init(Key(.escape), action: .back, help: "back to the messages; drops a search"),
      ]
    ),
    .init(
      title: "Do",
      bindings: [
        .init(.character("m"), action: .mark, help: "mark the message, or unmark it"),
        .init(.character("w"), action: .save, help: "save marked, filtered or all messages", hint: "save"),
        .init(.character("c"), action: .copy, help: "copy what the detail shows (OSC 52)"),
        .init(.character("C"), action: .copyAs, help: "copy as a command line that sends it again"),
        .init(.character("z"), action: .clear, help: "clear the list; asks"),
        .init(.character("D"), action: .disconnect, help: "disconnect the peer; asks"),
      ]
    ),
  ]

  private static func program(isHere: Bool) -> Keymap<Action>.Section {
    Keymap<Action>.Section(
      title: "Program",
      bindings: [
        .init(.character(":"), action: .command, help: "a command; Tab completes it"),
        .init(.meta("m"), action: .mouse, help: "the mouse: wheel scrolls, click selects"),
        .init(.character("?"), Key(.function(1)), action: .help, help: "this help"),
        .init(
          .character("q"),
          action: .quit,
          help: isHere ? "back; at the list: stop and quit, may ask" : "back; at the list: quit",
          hint: "quit"
        ),
        .init(
          .control("c"),
          action: .quitNow,
          help: isHere ? "stop the server and quit" : "quit; the server goes on"
        ),
        .init(.control("z"), action: .suspend, help: "suspend; fg comes back"),
        .init(.control("l"), action: .redraw, help: "draw the screen anew"),
      ]
    )
  }

  /// What is done with messages, which have to be in sight for it.
  static let forMessages: Set<Action> = [
    .mark, .copy, .copyAs, .clear, .mode, .find, .findNext, .findPrevious, .nextOddity, .previousOddity, .follow,
    .pause,
  ]

  /// The keys to name while a pane has them.
  static func hints(for pane: ServerModel.Pane) -> [(key: String, word: String)] {
    let own: [(Action, String)] =
      switch pane {
      case .list: []
      case .detail: [(.down, "scroll"), (.mode, "hex"), (.copy, "copy"), (.findNext, "next match"), (.back, "back")]
      case .peers:
        [(.open, "only this one's messages"), (.order, "sort"), (.disconnect, "disconnect"), (.back, "back")]
      case .statistics: [(.peers, "peers"), (.back, "back")]
      }
    let named = own.compactMap { action, word in map.label(of: action).map { (key: $0, word: word) } }
    let help = map.label(of: .help).map { [(key: $0, word: "help")] } ?? []
    return (named.isEmpty ? map.hints : named) + help
  }

  static func help(for site: ServerSite) -> HelpTable {
    HelpTable(
      title: site == .here ? "echo_server" : "echo_monitor",
      entries: (site == .here ? map : mapElsewhere).helpEntries(
        more: ServerCommands.helpEntries(for: site)
          + FilterHelp.entries(messages: FilterHelp.server) + signs
      )
    )
  }

  private static let signs: [HelpTable.Entry] = [
    .heading("Signs"),
    .init(">", "the selected message"),
    .init("+", "the first one that came since the list was held"),
    .init("*", "marked"),
    .init("!", "holds what a terminal must not see"),
    .init("-- !!", "an event; an event that is trouble"),
  ]
}
