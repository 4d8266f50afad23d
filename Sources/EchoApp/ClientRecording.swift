import Echo
import Journal
import Screen
import Synchronization
import Terminal
import Wire

/// The recording of what a client says and hears, over all its connections; it ends, at the latest, when it is let go.
final class ClientRecording {
  /// What the program was not told yet.
  private final class News: Sendable {
    private let events: Mutex<[ClientEvent]>

    init(_ event: ClientEvent) { events = Mutex([event]) }

    func add(_ event: ClientEvent) { events.withLock { $0.append(event) } }

    func take() -> [ClientEvent] {
      events.withLock { events in
        defer { events = [] }
        return events
      }
    }
  }

  /// What the wire hands its news to.
  let recorder: ClientRecorder
  private let thread: RecordingThread
  private let news: News

  /// Opens the recording and starts the thread that writes it, which wakes `wake` when there is news of it; nil where none is wanted.
  static func start(
    _ options: RecordOptions,
    of configuration: ClientConfiguration,
    ping: PingPlan? = nil,
    isConfined: Bool,
    waking wake: WakeDescriptor
  ) throws(Failure) -> ClientRecording? {
    guard let settings = options.settings else { return nil }
    let origin = RecordingOrigin(
      program: ClientProgram.name,
      version: Version.text,
      framing: configuration.framing.description,
      reply: configuration.awaitsReceipts ? RecordedRun.awaited : RecordedRun.unawaited
    )
    let (journal, bell) = try RecordingThread.open(settings, origin: origin)
    let scribe = scribe(for: configuration, ping)
    let recorder = ClientRecorder { bell.ring() }
    let endsProgram = options.endsProgram
    let file = Printable.text(settings.path.utf8)
    let news = News(.recording(file: file, .started(durability: settings.durability.rawValue), at: .now))
    let thread = try RecordingThread(to: settings.path, bell: bell, isConfined: isConfined) {
      let failure = journal.run(recorder.records, by: scribe, bell: bell, endsProgram: endsProgram) { command in
        guard case .recordingRotated(let number) = command else { return }
        news.add(.recording(file: file, .rotated(to: "\(file).\(number)"), at: .now))
        wake.signal()
      }
      guard let failure else { return nil }
      news.add(.recordingFailed(failure, at: .now))
      recorder.end()
      wake.signal()
      return failure
    }
    return ClientRecording(recorder, thread, news)
  }

  private static func scribe(for configuration: ClientConfiguration, _ ping: PingPlan?) -> ClientScribe {
    let transport = configuration.endpoint.transport
    let identification = ping.flatMap { ping in
      ping.awaitsReceipts
        ? nil
        : ClientScribe.Identification(timeoutNanoseconds: configuration.timeoutNanoseconds) { ping.message(of: $0) }
    }
    return ClientScribe(configuration.endpoint, identification: identification) { notice, connection, time in
      EventDescription(
        notice: notice.text,
        isAlert: notice.isAlert,
        json: String(decoding: notice.json(connection: connection, transport: transport, at: time), as: UTF8.self)
      )
    }
  }

  private init(_ recorder: ClientRecorder, _ thread: RecordingThread, _ news: News) {
    (self.recorder, self.thread, self.news) = (recorder, thread, news)
  }

  /// What has become of it since this was asked last.
  func takeNews() -> [ClientEvent] { news.take() }

  /// Waits, once the wire has told its last, until all of it is recorded; tells of what came between.
  func end() -> [ClientEvent] {
    thread.end()
    return takeNews()
  }

  /// Throws if it failed and the program was not to go on.
  func judge() throws(Failure) {
    guard let failure = thread.failure, failure.endsProgram else { return }
    throw Failure(.ioError, thread.text(of: failure))
  }
}

extension Timestamp {
  fileprivate static var now: Timestamp { Timestamp(nanoseconds: Surroundings.clock().nanoseconds) }
}
