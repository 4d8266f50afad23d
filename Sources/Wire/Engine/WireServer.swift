/// A server's handle: the wire thread behind it ends, at the latest, when the handle is let go.
package final class WireServer: Sendable {
  /// What happened, for whoever watches; drained by one thread.
  package let events: Mailbox<ServerEvent>
  /// Where peers reach it, in the order of binding.
  package let endpoints: [Endpoint]
  /// What happened, for whoever records it; nil if nobody does.
  package let records: Mailbox<ServerEvent>?
  /// Why there is no control socket although one was asked for.
  package let controlFailure: ControlFailure?
  private let commands: Mailbox<ServerCommand>
  private let thread: WireThread
  private let controlThread: WireThread?

  /// How much may wait to be drained from `events` before `Delivery` decides, in bytes.
  package static let eventCapacity = 16 << 20

  /// Binds all sockets and starts the wire thread, which enters `confinement` first; `wakeReader` is called, on that thread,
  /// when there is something new in `events`, a millisecond after that at most. A control socket that can't be made is no
  /// reason not to start.
  ///
  /// The first event is `listening`. `rightOfWay` has the wire leave its processor to others for moments.
  package static func start(
    _ configuration: ServerConfiguration,
    calls: SystemCalls = .kernel,
    eventCapacity: Int = WireServer.eventCapacity,
    confinement: Confinement? = nil,
    recorder: Recorder? = nil,
    control: ControlConfiguration? = nil,
    rightOfWay: RightOfWay = RightOfWay(),
    wakeReader: @escaping @Sendable () -> Void
  ) throws(WireError) -> WireServer {
    let waker: Waker
    do throws(SystemError) { waker = try Waker() } catch { throw .system(error) }
    let events = Mailbox<ServerEvent>(capacity: eventCapacity, wakeReader: wakeReader, wakePoster: { waker.signal() })
    let commands = Mailbox<ServerCommand>(capacity: .max, wakeReader: { waker.signal() })
    let engine = try ServerEngine(
      configuration,
      calls: calls,
      waker: waker,
      commands: commands,
      events: events,
      recorder: recorder,
      rightOfWay: rightOfWay
    )
    let records = engine.records
    let endpoints = engine.bound.map(\.endpoint)
    var controlEngine: ControlEngine?
    var controlFailure: ControlFailure?
    if let control {
      do throws(ControlFailure) {
        controlEngine = try ControlEngine(control, endpoints: endpoints, calls: calls, commands: commands)
      } catch {
        controlFailure = error
      }
    }
    engine.spool = controlEngine?.spool
    let thread: WireThread
    do throws(SystemError) {
      thread = try WireThread(name: "wire") {
        // What can go wrong does so on the caller's thread, too, which tells of it.
        try? confinement?.enter()
        // What somebody watches, and what brings it there, need not wait for the end of a busy wire's turn.
        if configuration.delivery == .lossy { Turns.long.take() }
        engine.run()
      }
    } catch {
      throw .system(error)
    }
    var controlThread: WireThread?
    if let controlEngine {
      do throws(ControlFailure) {
        controlThread = try ControlEngine.start(controlEngine, isConfined: confinement != nil)
      } catch {
        controlFailure = error
      }
    }
    return WireServer(
      events: events,
      records: records,
      endpoints: endpoints,
      commands: commands,
      thread: thread,
      controlThread: controlThread,
      controlFailure: controlFailure
    )
  }

  private init(
    events: Mailbox<ServerEvent>,
    records: Mailbox<ServerEvent>?,
    endpoints: [Endpoint],
    commands: Mailbox<ServerCommand>,
    thread: WireThread,
    controlThread: WireThread?,
    controlFailure: ControlFailure?
  ) {
    self.events = events
    self.records = records
    self.endpoints = endpoints
    self.commands = commands
    self.thread = thread
    self.controlThread = controlThread
    self.controlFailure = controlFailure
  }

  deinit {
    post(.stop)
    post(.stop)
    join()
  }

  package func post(_ command: ServerCommand) { _ = commands.post(command, cost: 0) }

  /// Waits for the wire thread's end; `stopped` is then among the events, and viewers had their time to hear of it.
  package func join() {
    thread.join()
    controlThread?.join()
  }
}
