/// A monitor's handle on a running server: the connection to its control socket ends, at the latest, when it is let go.
package final class WireMonitor: Sendable {
  /// How much may wait to be drained from `news` before the socket is no longer read, in bytes.
  package static let newsCapacity = 4 << 20

  /// What the server says; `ended` is the last.
  package let news: Mailbox<MonitorNews>
  private let commands: Mailbox<MonitorCommand>
  private let thread: WireThread

  /// Connects, and starts the wire thread, which enters `confinement` first.
  ///
  /// `isOwn`: nobody but this user, or root, may be at the other end.
  /// `wakeReader` is called from the wire thread when `news` has something after it had nothing; it must not wait.
  package static func start(
    path: String,
    isOwn: Bool = false,
    calls: SystemCalls = .kernel,
    newsCapacity: Int = WireMonitor.newsCapacity,
    lineLimit: Int = MonitorEngine.lineLimit,
    confinement: Confinement? = nil,
    wakeReader: @escaping @Sendable () -> Void
  ) throws(WireError) -> WireMonitor {
    let waker: Waker
    do throws(SystemError) { waker = try Waker() } catch { throw .system(error) }
    let news = Mailbox<MonitorNews>(capacity: newsCapacity, wakeReader: wakeReader, wakePoster: { waker.signal() })
    let commands = Mailbox<MonitorCommand>(capacity: .max, wakeReader: { waker.signal() })
    let socket = try connect(to: path)
    let user = isOwn ? calls.peerUser(socket.descriptor) : Socket.ownUser
    guard user == Socket.ownUser || user == ControlEngine.root else {
      throw .foreignServer(path: path, user: user)
    }
    do throws(SystemError) {
      let engine = try MonitorEngine(
        socket,
        calls: calls,
        lineLimit: lineLimit,
        waker: waker,
        commands: commands,
        news: news
      )
      let thread = try WireThread(name: "wire-monitor", nice: ControlEngine.nice) {
        // What can go wrong does so on the caller's thread, too.
        try? confinement?.enter()
        engine.run()
      }
      return WireMonitor(news: news, commands: commands, thread: thread)
    } catch {
      throw .system(error)
    }
  }

  private static func connect(to path: String) throws(WireError) -> Socket {
    let socket: Socket
    do throws(SystemError) { socket = try Socket(family: .unix, isDatagram: false) } catch { throw .system(error) }
    let code = socket.connect(toPath: path)
    guard code == 0 else { throw .cannotConnect(.unix(path: path), SystemError("connect", code: -code)) }
    return socket
  }

  private init(news: Mailbox<MonitorNews>, commands: Mailbox<MonitorCommand>, thread: WireThread) {
    self.news = news
    self.commands = commands
    self.thread = thread
  }

  deinit {
    post(.close)
    thread.join()
  }

  package func post(_ command: MonitorCommand) { _ = commands.post(command, cost: 0) }
}
