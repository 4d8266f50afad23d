import Echo
import Terminal
import Wire

/// The monitor without a screen: what the server tells becomes lines on standard output, notices on standard error.
struct PlainMonitor {
  var place: MonitorPlace
  var start: AttachPoint
  var format: OutputFormat
  var isConfined: Bool

  func run() throws(Failure) {
    FreedMemory.keep()
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    var sandbox = ProgramSandbox(isConfined ? Sandbox() : nil)
    let session = try MonitorSession.open(
      place,
      copiesLines: format == .json,
      confinement: sandbox.confinement,
      waking: wake
    )
    // Before the sandbox: a terminal is opened anew, so that nothing waits for it.
    var streams = try PlainStreams.open(waking: wake)
    sandbox.enter()
    session.wire.post(.attach(start))
    if let end = try follow(session, &streams), end != .stopped {
      throw Failure(.ioError, "\(session.greeting.name): \(end.text)")
    }
    try streams.judge()
  }

  /// Tells what the server tells, to its end; nil when nobody wants more before that.
  private func follow(_ session: MonitorSession, _ streams: inout PlainStreams) throws(Failure) -> ServerEnd? {
    var feed = session.feed
    var transcript = ServerTranscript(format: .text, framing: session.greeting.framing)
    var plain = PlainOutput()
    if format == .text {
      plain.notice(
        "watching \(session.greeting.name), pid \(session.greeting.process), \(session.greeting.endpointText)"
      )
    }
    while true {
      for news in session.wire.news.drain() {
        feed.take(news) { event in
          if format == .text, case .server(let event) = event { transcript.append(event, to: &plain) }
        }
        plain.output += feed.takeCopy()
        if plain.output.count >= StandardOutput.capacity { try streams.write(&plain) }
      }
      plain.output += feed.takeCopy()
      try streams.write(&plain)
      if let end = feed.end { return end }
      if try streams.wait().isToEnd { return nil }
    }
  }
}
