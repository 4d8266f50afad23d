package import Screen
package import Wire

/// `echo_monitor` on a screen: the model of a server that runs elsewhere, as far as it tells of itself.
package struct MonitorModel: ScreenModel {
  package typealias News = MonitorNews
  package typealias Request = MonitorCommand

  private(set) var server: ServerModel
  private var feed: MonitorFeed

  /// `feed` has taken the greeting.
  package init(
    _ greeting: ServerGreeting,
    feed: MonitorFeed,
    isControlled: Bool,
    historyCount: Int,
    historyBytes: Int,
    look: Look = Look()
  ) {
    self.feed = feed
    server = ServerModel(
      site: .elsewhere(name: greeting.name, isControlled: isControlled),
      framing: greeting.framing,
      stopPolicy: greeting.stopPolicy,
      historyCount: historyCount,
      historyBytes: historyBytes,
      look: look
    )
    server.take(greeting)
  }

  package var showsSeconds: Bool { server.showsSeconds }
  package var hasPendingWork: Bool { server.hasPendingWork }

  /// Why nothing more comes; nil while something may.
  package var end: ServerEnd? { feed.end }

  /// The server's totals.
  package var summary: String { server.summary }

  package mutating func update(_ event: ScreenEvent<MonitorNews>) -> [Effect<MonitorCommand>] {
    switch event {
    case .news(let news): take(news)
    case .input(let input): asked(server.update(.input(input)))
    case .tick(let moment): asked(server.update(.tick(moment)))
    case .resize(let size): asked(server.update(.resize(size)))
    case .turn: asked(server.update(.turn))
    case .file(let event): asked(server.update(.file(event)))
    case .edited(let event): asked(server.update(.edited(event)))
    case .notRemembered(let reason): asked(server.update(.notRemembered(reason)))
    case .terminate: asked(server.update(.terminate))
    }
  }

  package func view() -> Surface { server.view() }

  private mutating func take(_ news: MonitorNews) -> [Effect<MonitorCommand>] {
    var effects: [Effect<MonitorCommand>] = []
    let wasOver = feed.end != nil
    var events: [MonitorEvent] = []
    feed.take(news) { events.append($0) }
    for event in events {
      switch event {
      // The greeting tells where it listens, all at once.
      case .greeting, .server(.listening), .done: break
      case .attached(let totals, let peers, let recording, _): server.take(totals, peers: peers, recording)
      case .server(let news): effects += asked(server.update(.news(news)))
      case .refused(let reason): server.browser.notice = Notice(reason, isAlert: true)
      }
    }
    if let end = feed.end, !wasOver {
      server.end(end)
      effects.append(.request(.close))
    }
    return effects
  }

  private func asked(_ effects: [Effect<ServerCommand>]) -> [Effect<MonitorCommand>] {
    effects.compactMap { $0.asking(MonitorCommand.asking) }
  }
}
