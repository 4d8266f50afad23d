/// A client's handle: the wire thread behind it ends, at the latest, when the handle is let go.
package final class WireClient: Sendable {
  /// How much may wait to be written before `post` says so, in bytes.
  package static let sendCapacity = 1 << 20
  /// How much may wait to be drained from `events` before the client stops reading and sending, in bytes.
  package static let eventCapacity = 4 << 20

  /// What the client tells; `ended` is the last.
  package let events: Mailbox<ClientEvent>
  private let commands: Mailbox<ClientCommand>
  private let backlog: SendBacklog
  private let thread: WireThread

  private init(
    events: Mailbox<ClientEvent>,
    commands: Mailbox<ClientCommand>,
    backlog: SendBacklog,
    thread: WireThread
  ) {
    self.events = events
    self.commands = commands
    self.backlog = backlog
    self.thread = thread
  }

  /// Starts a client; everything after that, not being able to connect included, is an event.
  ///
  /// `wakeReader` is called from the wire thread when `events` has something after it had nothing, and when there is room
  /// again after `post` or `hasRoom` has said that there is none; it must not wait. Throws when the system has no
  /// descriptor or thread left.
  package static func start(
    _ configuration: ClientConfiguration,
    calls: SystemCalls = .kernel,
    eventCapacity: Int = WireClient.eventCapacity,
    sendCapacity: Int = WireClient.sendCapacity,
    recorder: ClientRecorder? = nil,
    wakeReader: @escaping @Sendable () -> Void
  ) throws(WireError) -> WireClient {
    do throws(SystemError) {
      let waker = try Waker()
      let events = Mailbox<ClientEvent>(capacity: eventCapacity, wakeReader: wakeReader) { waker.signal() }
      let commands = Mailbox<ClientCommand>(capacity: .max, wakeReader: { waker.signal() })
      let backlog = SendBacklog(capacity: sendCapacity, wakePoster: wakeReader)
      let engine = try ClientEngine(
        configuration,
        calls: calls,
        waker: waker,
        commands: commands,
        backlog: backlog,
        report: ClientReport(
          events: events,
          recording: recorder?.connection(configuration) { waker.signal() },
          isQuiet: configuration.isQuiet
        )
      )
      let thread = try WireThread(name: "wire-client") { engine.run() }
      return WireClient(events: events, commands: commands, backlog: backlog, thread: thread)
    } catch {
      throw .system(error)
    }
  }

  deinit {
    post(.close)
    join()
  }

  /// Whether more should be sent now; after a false the reader is woken when there is room again.
  package var hasRoom: Bool { backlog.hasRoom }

  /// Takes the command whatever the load; false says that much waits to be written, as `hasRoom` does.
  @discardableResult package func post(_ command: ClientCommand) -> Bool {
    var hasRoom = true
    if case .send(let batch) = command { hasRoom = backlog.add(batch.cost) }
    _ = commands.post(command, cost: 0)
    return hasRoom
  }

  /// Waits until the client has ended.
  package func join() { thread.join() }
}
