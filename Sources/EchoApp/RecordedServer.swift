import Echo
import Journal
import Screen
import Synchronization
import Terminal
import Wire

/// A server and, if one is wanted, its recording: both end, at the latest, when it is let go.
final class RecordedServer {
  let wire: WireServer
  private let recording: RecordingThread?
  /// What is recorded, to be read.
  let series: RecordingSeries?

  /// Opens the recording and then starts the server, on threads that are confined if `confinement` is there.
  static func start(
    _ configuration: ServerConfiguration,
    recording options: RecordOptions,
    control: ControlConfiguration?,
    confinement: Confinement?,
    rightOfWay: RightOfWay = RightOfWay(),
    waking wake: WakeDescriptor
  ) throws(Failure) -> RecordedServer {
    guard let settings = options.settings else {
      let wire = try WireServer.start(
        configuration,
        confinement: confinement,
        control: control,
        rightOfWay: rightOfWay,
        waking: wake
      )
      return RecordedServer(wire, nil, nil)
    }
    let (journal, bell) = try RecordingThread.open(settings, origin: origin(of: configuration))
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
      rightOfWay: rightOfWay,
      waking: wake
    )
    let endsProgram = options.endsProgram
    let scribe = scribe(for: configuration)
    let series = journal.series
    let recording = try RecordingThread(to: settings.path, bell: bell, isConfined: confinement != nil) {
      guard let records = wire.records else { return nil }
      return journal.run(records, by: scribe, bell: bell, endsProgram: endsProgram) { wire.post($0) }
    }
    return RecordedServer(wire, recording, series)
  }

  private static func origin(of configuration: ServerConfiguration) -> RecordingOrigin {
    RecordingOrigin(
      program: ServerProgram.name,
      version: Version.text,
      framing: configuration.framing.description,
      reply: configuration.reply.rawValue
    )
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

  private init(_ wire: WireServer, _ recording: RecordingThread?, _ series: RecordingSeries?) {
    (self.wire, self.recording, self.series) = (wire, recording, series)
  }

  deinit {
    wire.post(.stop)
    wire.post(.stop)
    wire.join()
    recording?.end()
  }

  /// Waits for the end of the server and until all that it told is recorded; throws if that was asked for and failed.
  func finish() throws(Failure) {
    wire.join()
    guard let recording else { return }
    let wasTold = recording.failure != nil
    recording.end()
    guard let failure = recording.failure else { return }
    let line = recording.text(of: failure)
    if failure.endsProgram { throw Failure(.ioError, line) }
    if !wasTold { StandardError.writeLine("\(ServerProgram.name): \(line)") }
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
