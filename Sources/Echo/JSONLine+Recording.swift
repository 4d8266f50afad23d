import Wire

/// What a server and a client tell of their recordings.
extension JSONLine {
  /// Begins a line that tells what becomes of a recording.
  mutating func begin(_ step: RecordingStep, of file: String, at time: Timestamp) {
    switch step {
    case .started(let durability):
      begin("recording_started", at: time)
      field("file", file)
      field("durability", durability)
    case .rotated(let name):
      begin("recording_rotated", at: time)
      field("file", file)
      field("moved_to", name)
    }
  }

  /// Why nothing is recorded any more; detailed, with whether it ends the server.
  mutating func fields(_ failure: RecordingFailure, isDetailed: Bool) {
    field("error", failure.reason)
    field("recorded", failure.lastSequence)
    if isDetailed, failure.endsProgram { field("ends_server", true) }
  }
}
