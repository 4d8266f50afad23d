import Echo
import Journal
import Screen
import Synchronization
import Terminal
import Wire

/// A server and, if one is wanted, its recording: both end, at the latest, when it is let go.
final class RecordedServer {
  /// The thread that records, and what became of it.
  private struct Recording {
    let path: String
    let series: RecordingSeries
    let bell: Bell
    let thread: WireThread
    let outcome: Outcome
  }

  private final class Outcome: Sendable {
    let failure = Mutex<RecordingFailure?>(nil)
  }

  let wire: WireServer
  private let recording: Recording?
  /// What is recorded, to be read.
  var series: RecordingSeries? { recording?.series }

  /// Opens the recording and then starts the server, on threads that are confined if `confinement` is there.
  static func start(
    _ configuration: ServerConfiguration,
    recording options: RecordOptions,
    control: ControlConfiguration?,
    confinement: Confinement?,
    waking wake: WakeDescriptor
  ) throws(Failure) -> RecordedServer {
    guard let settings = options.settings else {
      let wire = try WireServer.start(configuration, confinement: confinement, control: control, waking: wake)
      return RecordedServer(wire, nil)
    }
    let journal: Journal
    let bell: Bell
    do throws(RecordingError) {
      journal = try open(settings, for: configuration)
      bell = try Bell()
    } catch {
      throw Failure(error, path: settings.path)
    }
    let recorder = Recorder(
      file: Printable.text(settings.path.utf8),
      durability: settings.durability.rawValue,
      withholdsReceipts: settings.durability != .none
    ) { bell.ring() }
    let wire = try WireServer.start(
      configuration,
      confinement: confinement,
      recorder: recorder,
      control: control,
      waking: wake
    )
    // What can go wrong does so with the other sandbox, too, and is told of there.
    let confinement = confinement == nil ? nil : try? Confinement(.recording(settings.path))
    let endsProgram = options.endsProgram
    let scribe = scribe(for: configuration)
    let outcome = Outcome()
    let series = journal.series
    do throws(SystemError) {
      let thread = try WireThread(name: "journal") {
        try? confinement?.enter()
        guard let records = wire.records else { return }
        let failure = journal.run(records, by: scribe, bell: bell, endsProgram: endsProgram) { wire.post($0) }
        outcome.failure.withLock { $0 = failure }
      }
      let recording = Recording(path: settings.path, series: series, bell: bell, thread: thread, outcome: outcome)
      return RecordedServer(wire, recording)
    } catch {
      throw Failure(.system(error))
    }
  }

  private static func open(
    _ settings: RecordingSettings,
    for configuration: ServerConfiguration
  ) throws(RecordingError) -> Journal {
    let origin = RecordingOrigin(
      program: ServerProgram.name,
      version: Version.text,
      framing: configuration.framing.description,
      reply: configuration.reply.rawValue
    )
    return try Journal(settings, origin: origin)
  }

  private static func scribe(for configuration: ServerConfiguration) -> ServerScribe {
    let framing = configuration.framing
    return ServerScribe { event in
      var transcript = ServerTranscript(format: .json, framing: framing)
      var plain = PlainOutput()
      transcript.append(event, to: &plain)
      return EventDescription(
        notice: event.recordedNotice,
        isAlert: event.isAlert,
        json: String(decoding: plain.output.dropLast(), as: UTF8.self)
      )
    }
  }

  private init(_ wire: WireServer, _ recording: Recording?) {
    self.wire = wire
    self.recording = recording
  }

  deinit {
    wire.post(.stop)
    wire.post(.stop)
    wire.join()
    _ = closeRecording()
  }

  /// Waits for the end of the server and until all that it told is recorded; throws if that was asked for and failed.
  func finish() throws(Failure) {
    wire.join()
    let wasTold = recording?.outcome.failure.withLock { $0 } != nil
    guard let recording, let failure = closeRecording() else { return }
    let line = "cannot record to \(Printable.text(recording.path.utf8)): \(failure.reason)"
    if failure.endsProgram { throw Failure(.ioError, line) }
    if !wasTold { StandardError.writeLine("\(ServerProgram.name): \(line)") }
  }

  private func closeRecording() -> RecordingFailure? {
    recording?.bell.close()
    recording?.thread.join()
    return recording?.outcome.failure.withLock { $0 }
  }
}

extension Failure {
  /// What kept a recording from being begun.
  init(_ error: RecordingError, path: String) {
    let status: ExitStatus =
      switch error {
      case .missing, .unsuitable, .exposed: .notPermitted
      case .inUse: .systemError
      case .failed: .ioError
      }
    var reason = error.reason
    if case .exposed(let folder, let danger) = error { reason += ", \(danger.text(of: folder))" }
    self.init(status, "cannot record to \(Printable.text(path.utf8)): \(reason)")
  }
}
