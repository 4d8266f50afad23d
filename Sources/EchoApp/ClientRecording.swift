import Echo
import Journal
import Screen
import Synchronization
import Terminal
import Wire

/// The recording of what a client says and hears, over all its connections; it ends, at the latest, when it is let go.
final class ClientRecording {
  private final class Outcome: Sendable {
    let failure = Mutex<RecordingFailure?>(nil)
    /// What the program was not told yet.
    let news: Mutex<[ClientEvent]>

    init(_ news: [ClientEvent]) { self.news = Mutex(news) }
  }

  /// What the wire hands its news to.
  let recorder: ClientRecorder
  private let path: String
  private let bell: Bell
  private let thread: WireThread
  private let outcome: Outcome

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
    let journal: Journal
    let bell: Bell
    do throws(RecordingError) {
      journal = try Journal(settings, origin: origin)
      bell = try Bell()
    } catch {
      throw Failure(error, path: settings.path)
    }
    // What can go wrong does so with the program's own sandbox, too, and is told of there.
    let confinement = isConfined ? try? Confinement(.recording(settings.path)) : nil
    let scribe = scribe(for: configuration, ping)
    let recorder = ClientRecorder { bell.ring() }
    let endsProgram = options.endsProgram
    let file = Printable.text(settings.path.utf8)
    let outcome = Outcome([.recording(file: file, .started(durability: settings.durability.rawValue), at: .now)])
    do throws(SystemError) {
      let thread = try WireThread(name: "journal") {
        try? confinement?.enter()
        let failure = journal.run(recorder.records, by: scribe, bell: bell, endsProgram: endsProgram) { command in
          guard case .recordingRotated(let number) = command else { return }
          let step = RecordingStep.rotated(to: "\(file).\(number)")
          outcome.news.withLock { $0.append(.recording(file: file, step, at: .now)) }
          wake.signal()
        }
        guard let failure else { return }
        outcome.failure.withLock { $0 = failure }
        outcome.news.withLock { $0.append(.recordingFailed(failure, at: .now)) }
        recorder.end()
        wake.signal()
      }
      return ClientRecording(recorder, path: settings.path, bell, thread, outcome)
    } catch {
      throw Failure(.system(error))
    }
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

  private init(_ recorder: ClientRecorder, path: String, _ bell: Bell, _ thread: WireThread, _ outcome: Outcome) {
    self.recorder = recorder
    self.path = path
    self.bell = bell
    self.thread = thread
    self.outcome = outcome
  }

  deinit { _ = end() }

  /// What has become of it since this was asked last.
  func takeNews() -> [ClientEvent] {
    outcome.news.withLock { news in
      defer { news = [] }
      return news
    }
  }

  /// Waits, once the wire has told its last, until all of it is recorded; tells of what came between.
  func end() -> [ClientEvent] {
    bell.close()
    thread.join()
    return takeNews()
  }

  /// Throws if it failed and the program was not to go on.
  func judge() throws(Failure) {
    guard let failure = outcome.failure.withLock({ $0 }), failure.endsProgram else { return }
    throw Failure(.ioError, "cannot record to \(Printable.text(path.utf8)): \(failure.reason)")
  }
}

extension Timestamp {
  fileprivate static var now: Timestamp { Timestamp(nanoseconds: Surroundings.clock().nanoseconds) }
}
