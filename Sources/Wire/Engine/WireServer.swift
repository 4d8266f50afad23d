/// A server's handle: the wire thread behind it ends, at the latest, when the handle is let go.
package final class WireServer: Sendable {
  /// What happened, for whoever watches; drained by one thread.
  package let events: Mailbox<ServerEvent>
  /// Where peers reach it, in the order of binding.
  package let endpoints: [Endpoint]
  /// What happened, for whoever records it; nil if nobody does.
  package let records: Mailbox<ServerEvent>?
  private let commands: Mailbox<ServerCommand>
  private let thread: WireThread

  /// How much may wait to be drained from `events` before `Delivery` decides, in bytes.
  package static let eventCapacity = 16 << 20

  /// Binds all sockets and starts the wire thread, which enters `confinement` first; `wakeReader` is called, on that thread,
  /// when `events` is no longer empty.
  ///
  /// The first event is `listening`.
  package static func start(
    _ configuration: ServerConfiguration,
    calls: SystemCalls = .kernel,
    eventCapacity: Int = WireServer.eventCapacity,
    confinement: Confinement? = nil,
    recorder: Recorder? = nil,
    wakeReader: @escaping @Sendable () -> Void
  ) throws(WireError) -> WireServer {
    let waker: Waker
    do throws(SystemError) { waker = try Waker() } catch { throw .system(error) }
    let events = Mailbox<ServerEvent>(capacity: eventCapacity, wakeReader: wakeReader, wakePoster: { waker.signal() })
    let commands = Mailbox<ServerCommand>(capacity: .max, wakeReader: { waker.signal() })
    let records = recorder.map { recorder in
      Mailbox<ServerEvent>(capacity: recorder.capacity, wakeReader: recorder.wake, wakePoster: { waker.signal() })
    }
    let engine = try ServerEngine(configuration, calls: calls, waker: waker, commands: commands, events: events)
    engine.records = records
    engine.withholdsReceipts = recorder?.withholdsReceipts ?? false
    let endpoints = engine.bound.map(\.endpoint)
    do throws(SystemError) {
      let thread = try WireThread(name: "wire") {
        // What can go wrong does so on the caller's thread, too, which tells of it.
        try? confinement?.enter()
        engine.run()
      }
      return WireServer(events: events, records: records, endpoints: endpoints, commands: commands, thread: thread)
    } catch {
      throw .system(error)
    }
  }

  private init(
    events: Mailbox<ServerEvent>,
    records: Mailbox<ServerEvent>?,
    endpoints: [Endpoint],
    commands: Mailbox<ServerCommand>,
    thread: WireThread
  ) {
    self.events = events
    self.records = records
    self.endpoints = endpoints
    self.commands = commands
    self.thread = thread
  }

  deinit {
    post(.stop)
    post(.stop)
    join()
  }

  package func post(_ command: ServerCommand) { _ = commands.post(command, cost: 0) }

  /// Waits for the wire thread's end; `stopped` is then among the events.
  package func join() { thread.join() }
}
