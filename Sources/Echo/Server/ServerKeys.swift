import Screen

/// The keys of the server's screen: those of less and tig, which fingers know.
enum ServerKeys {
  enum Action: Hashable, Sendable {
    case up, down, pageUp, pageDown, top, bottom
    case left, right
    case follow, pause
    case help, redraw, suspend, quit, quitNow
  }

  static let map = Keymap<Action>([
    .init(
      title: "Move",
      bindings: [
        .init(Key(.up), .character("k"), action: .up, help: "up a message", hint: "scroll"),
        .init(Key(.down), .character("j"), action: .down, help: "down a message"),
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
        .init(Key(.end), .character("G"), action: .bottom, help: "to the newest message, and follow", hint: "newest"),
        .init(Key(.left), .character("h"), action: .left, help: "scroll the previews left"),
        .init(Key(.right), .character("l"), action: .right, help: "scroll the previews right", hint: "sideways"),
      ]
    ),
    .init(
      title: "Watch",
      bindings: [
        .init(.character("F"), action: .follow, help: "follow the newest message, or hold", hint: "follow"),
        .init(.character("="), action: .pause, help: "pause the list; receiving goes on", hint: "pause"),
      ]
    ),
    .init(
      title: "Program",
      bindings: [
        .init(.character("?"), Key(.function(1)), action: .help, help: "this help", hint: "help"),
        .init(
          .character("q"),
          action: .quit,
          help: "stop the server and quit; asks if peers are connected",
          hint: "quit"
        ),
        .init(.control("c"), action: .quitNow, help: "stop the server and quit"),
        .init(.control("z"), action: .suspend, help: "suspend; fg comes back"),
        .init(.control("l"), action: .redraw, help: "draw the screen anew"),
      ]
    ),
  ])
}
