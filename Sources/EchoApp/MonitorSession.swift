import Echo
import Screen
import Terminal
import Wire

/// A running server that can be watched: the connection to its control socket, and what it said of itself.
struct MonitorSession {
  /// How long a server may take to greet.
  static let patience = Duration.seconds(5)

  let wire: WireMonitor
  let greeting: ServerGreeting
  /// Has taken the greeting.
  private(set) var feed: MonitorFeed

  /// Connects, and waits for the greeting; the server's news wakes whoever waits on `wake`.
  static func open(
    _ place: MonitorPlace,
    patience: Duration = MonitorSession.patience,
    copiesLines: Bool = false,
    confinement: Confinement? = nil,
    waking wake: WakeDescriptor
  ) throws(Failure) -> MonitorSession {
    let wire: WireMonitor
    let isOwn = place.name != nil
    // In a folder of somebody else's a name stands for whatever they like.
    if isOwn { _ = try Failure.onProblem(of: .ofUser) { folder throws(ControlFolder.Problem) in try folder.isThere() } }
    do throws(WireError) {
      wire = try WireMonitor.start(path: place.path, isOwn: isOwn, confinement: confinement) { wake.signal() }
    } catch {
      throw Failure(watching: place, error)
    }
    let deadline = ContinuousClock.now + patience
    var waiter = Waiter()
    waiter.watch(wake.descriptor, for: .readable)
    var feed = MonitorFeed(copiesLines: copiesLines)
    while true {
      let (greeting, refusal) = first(wire.news.drain(), &feed)
      if let greeting { return MonitorSession(wire: wire, greeting: greeting, feed: feed) }
      if let reason = refusal ?? feed.end?.text { throw Failure(.unavailable, "\(place.text): \(reason)") }
      let isInTime = try Failure.onError(.systemError) { try waiter.wait(timeout: deadline - ContinuousClock.now) }
      guard isInTime else {
        throw Failure(.unavailable, "\(place.text): no greeting (is it the control socket of an echo_server?)")
      }
      wake.clear()
    }
  }

  /// What a server says before it is asked: its greeting, or why it has none.
  private static func first(
    _ news: [MonitorNews],
    _ feed: inout MonitorFeed
  ) -> (greeting: ServerGreeting?, refusal: String?) {
    var greeting: ServerGreeting?
    var refusal: String?
    for news in news {
      feed.take(news) { event in
        switch event {
        case .greeting(let it): greeting = greeting ?? it
        case .refused(let reason): refusal = refusal ?? reason
        case .attached, .server, .done: break
        }
      }
    }
    return (greeting, refusal)
  }
}

/// The servers of this user that can be watched.
enum RunningServers {
  /// How long one of several may take to greet: one that hangs is passed over.
  private static let patience = Duration.seconds(1)

  static func find() throws(Failure) -> [ServerGreeting] {
    let names = try Failure.onProblem(of: .ofUser) { folder throws(ControlFolder.Problem) in try folder.names() }
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    return names.compactMap { name in
      // A socket that nobody answers is what a server left that was killed.
      var session = try? MonitorSession.open(MonitorPlace(name: name), patience: patience, waking: wake)
      defer { session = nil }
      return session?.greeting
    }
  }
}

extension Failure {
  fileprivate static func onProblem<Result>(
    of folder: ControlFolder,
    _ body: (ControlFolder) throws(ControlFolder.Problem) -> Result
  ) throws(Failure) -> Result {
    do throws(ControlFolder.Problem) { return try body(folder) } catch { throw Failure(folder, error) }
  }

  private init(_ folder: ControlFolder, _ problem: ControlFolder.Problem) {
    let path = Printable.text(folder.path.utf8)
    switch problem {
    case .isUnsafe:
      self.init(.notPermitted, "\(path) is another user's folder, or open to others: its sockets may be, too")
    case .system(let error): self.init(.systemError, "\(path): \(error.reason)")
    }
  }
}
