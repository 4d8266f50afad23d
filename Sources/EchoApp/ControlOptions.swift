import Echo
import Terminal
import Wire

/// Where a server's control socket goes, and what is said when it can't.
struct ControlOptions {
  /// Where the user's session has such things, if it says so.
  var runtimeDirectory: String?

  static var standard: ControlOptions { ControlOptions(runtimeDirectory: Surroundings.variable("XDG_RUNTIME_DIR")) }

  func configuration(for server: ServerConfiguration) -> ControlConfiguration {
    let transcript = ControlTranscript(program: ServerProgram.name, version: Version.text, configuration: server)
    let codec = ControlCodec(
      append: { transcript.append($0, to: &$1) },
      read: { line in Result { () throws(ControlRefusal) in try ControlRequest(line: line) } }
    )
    return ControlConfiguration(folder: .standard(runtimeDirectory: runtimeDirectory), codec: codec)
  }

  /// Tells why there is no control socket, unless the machine just has no place for one and nobody named any.
  func tell(_ failure: ControlFailure?) {
    guard let failure, !(runtimeDirectory == nil && failure.isAbsence) else { return }
    StandardError.writeLine("\(ServerProgram.name): control: not available: \(failure.text)")
  }
}
