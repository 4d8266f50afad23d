package import Screen
package import Wire

/// What a screen program is: a model that events change, that asks for effects, and that has a view.
///
/// Nothing in it waits, reads a clock or touches a terminal; the shell does that with what `update` returns.
package protocol ScreenModel {
  /// What comes from the wire.
  associatedtype News: Sendable
  /// What is asked of the wire.
  associatedtype Request: Sendable

  mutating func update(_ event: ScreenEvent<News>) -> [Effect<Request>]

  /// The picture of the model, of the size that it was told last.
  func view() -> Surface

  /// Whether the picture changes with the clock alone, so that a tick a second is wanted.
  var showsSeconds: Bool { get }

  /// When a tick is wanted beside those; nil for none. A tick may come late, and the clock may jump.
  var wakeTime: Timestamp? { get }

  /// Whether there is work left that nobody waits for (a filter over the history, a file): the loop then gives a `turn` after
  /// a `turn`, and serves keys, signals, news and due frames in between.
  var hasPendingWork: Bool { get }
}

extension ScreenModel {
  package var hasPendingWork: Bool { false }
  package var wakeTime: Timestamp? { nil }
}

/// Everything that can happen to a screen program.
package enum ScreenEvent<News: Sendable>: Sendable {
  case input(InputEvent)
  case news(News)
  case tick(Moment)
  case resize(Size)
  /// Time for one slice of the pending work: a few milliseconds, because a key waits for its end.
  case turn
  /// What became of a file that was asked for.
  case file(FileEvent)
  /// What became of a text that was given to the editor.
  case edited(EditorEvent)
  /// Nothing is remembered from run to run; told once. One sentence, safe to show.
  case notRemembered(String)
  /// The program is to end: a signal, or the terminal is gone.
  case terminate
}

/// A moment as people at this machine read it.
package struct Moment: Hashable, Sendable {
  package var time: Timestamp
  /// Seconds that local time is ahead of UTC.
  package var offset: Int

  package init(time: Timestamp, offset: Int = 0) {
    self.time = time
    self.offset = offset
  }
}

/// What a model asks of its shell.
package enum Effect<Request: Sendable>: Sendable {
  case request(Request)
  /// Leave the screen and the program.
  case quit
  /// Give the terminal back to the user's shell until resumed (^Z).
  case suspend
  /// Paint everything anew (^L).
  case redraw
  /// Hands bytes to the terminal's clipboard (OSC 52). The user's own keys alone may ask for it, also where it takes a while.
  case copy([UInt8])
  /// Whether the mouse is the program's; the terminal's own selection needs Shift while it is.
  case mouse(Bool)
  case file(FileRequest)
  /// Gives a text, and the terminal, to the user's editor; answered by `edited`. No key comes and nothing is painted until then.
  case edit(String)
  /// Keep what the user entered for the next run.
  case remember(String)
}

extension Effect {
  /// The same, with another request in the place of its own; nil where there is none.
  func asking<Other: Sendable>(_ other: (Request) -> Other?) -> Effect<Other>? {
    switch self {
    case .request(let request): other(request).map(Effect<Other>.request)
    case .quit: .quit
    case .suspend: .suspend
    case .redraw: .redraw
    case .copy(let bytes): .copy(bytes)
    case .mouse(let isOn): .mouse(isOn)
    case .file(let request): .file(request)
    case .edit(let text): .edit(text)
    case .remember(let text): .remember(text)
    }
  }
}

extension Effect: Equatable where Request: Equatable {}

/// How pictures look on this terminal.
package struct Look: Hashable, Sendable {
  package var theme: Theme
  package var glyphs: Glyphs

  package init(theme: Theme = .dark, glyphs: Glyphs = .unicode) {
    self.theme = theme
    self.glyphs = glyphs
  }
}
