import Echo
import Screen
import Terminal
import Wire

/// A recording without a screen: all that it has becomes lines, as its servers printed them or would have.
struct PlainRecording {
  var path: String
  var format: OutputFormat
  var isConfined: Bool

  func run() throws(Failure) {
    var sandbox = ProgramSandbox(isConfined ? Sandbox.recording(path) : nil)
    // Before the sandbox: a terminal is opened anew, so that nothing waits for it.
    var streams = try PlainStreams.open()
    // Before the recording, which may be anybody's.
    sandbox.enter()
    let rows = try RecordedFile(path: path)
    var transcript = RecordedTranscript(rows, format: format)
    var plain = PlainOutput()
    while transcript.append(to: &plain) {
      if let reason = rows.takeFailure() {
        try streams.write(&plain)
        throw Failure(.ioError, "cannot read \(Printable.text(path.utf8)): \(reason)")
      }
      if plain.byteCount >= StandardOutput.capacity { try streams.write(&plain) }
      if try streams.wait(timeout: .zero).isToEnd { return }
    }
    try streams.write(&plain)
    try streams.judge()
  }
}
