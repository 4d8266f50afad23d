package import Wire

/// Follows what a server says over its control socket, to its end.
package struct MonitorFeed: Sendable {
  private var decoder: MonitorDecoder
  /// Why nothing more comes; nil while something may.
  package private(set) var end: ServerEnd?

  /// `copiesLines`: the lines are wanted themselves, too.
  package init(copiesLines: Bool = false) { decoder = MonitorDecoder(copiesLines: copiesLines) }

  /// Gives `body` what the news says, up to the server's last word or to what can't be understood.
  package mutating func take(_ news: MonitorNews, _ body: (MonitorEvent) -> Void) {
    guard end == nil else { return }
    switch news {
    case .lines(let lines):
      var isLast = false
      do throws(MonitorProblem) {
        try decoder.decode(lines) { event in
          if isLast { return }
          body(event)
          if case .server(.stopped) = event { isLast = true }
        }
        if isLast { end = .stopped }
      } catch {
        end = isLast ? .stopped : .lost("what it says can't be understood: \(error.reason)")
      }
    case .skipped(let count, let time): body(.server(.dropped(Drop(by: .server, count: count), at: time)))
    case .ended(.finished): end = .lost("closed by the server")
    case .ended(.failed(let error)): end = .lost(error.reason)
    }
  }

  /// The lines that were taken since this was asked last, made anew.
  package mutating func takeCopy() -> [UInt8] { decoder.takeCopy() }
}
