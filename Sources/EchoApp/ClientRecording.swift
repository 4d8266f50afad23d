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
  }

  /// What the wire hands its news to.
  let recorder: ClientRecorder
  private let path: String
  private let bell: Bell
  private let thread: WireThread
  private let outcome: Outcome
  /// The program was told of the failure.
  private var isTold = false

  /// Opens the recording and starts the thread that writes it, which wakes `wake` when that fails; nil where none is wanted.
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
    let outcome = Outcome()
    do throws(SystemError) {
      let thread = try WireThread(name: "journal") {
        try? confinement?.enter()
        guard let failure = journal.run(recorder.records, by: scribe, bell: bell, endsProgram: endsProgram) else {
          return
        }
        outcome.failure.withLock { $0 = failure }
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

  /// That nothing is recorded any more, once.
  func takeFailure() -> [ClientEvent] {
    guard !isTold, let failure = outcome.failure.withLock({ $0 }) else { return [] }
    isTold = true
    return [.recordingFailed(failure, at: Timestamp(nanoseconds: Surroundings.clock().nanoseconds))]
  }

  /// Waits, once the wire has told its last, until all of it is recorded; tells of what came between.
  func end() -> [ClientEvent] {
    bell.close()
    thread.join()
    return takeFailure()
  }

  /// Throws if it failed and the program was not to go on.
  func judge() throws(Failure) {
    guard let failure = outcome.failure.withLock({ $0 }), failure.endsProgram else { return }
    throw Failure(.ioError, "cannot record to \(Printable.text(path.utf8)): \(failure.reason)")
  }
}
