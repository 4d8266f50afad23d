import Wire

/// What a recording has, as far as its reader has looked.
struct RecordingExtent {
  private(set) var rows: Range<Int64> = 1..<1
  private(set) var runs: [RecordedRun] = []

  mutating func refresh(from database: borrowing Database) throws(RecordingError) {
    database.limitSteps(true)
    defer { database.limitSteps(false) }
    rows = 1..<min(max(0, try database.number(RecordingSchema.lastRow)), .max - 1) + 1
    // Bounded, so that a small file does not become a large list.
    let selection = try database.prepare(
      """
      SELECT run, substr(program, 1, 256), substr(version, 1, 256), started, substr(framing, 1, 256),
        substr(reply, 1, 256), substr(endpoints, 1, 4096)
      FROM runs NOT INDEXED WHERE run > ? ORDER BY run
      """
    )
    selection.bind(1, runs.last?.run ?? 0)
    while try database.step(selection) {
      let run = RecordedRun(selection)
      if let last = runs.last, run.run <= last.run { throw .damaged }
      runs.append(run)
    }
  }
}

extension RecordedRun {
  fileprivate init(_ selection: borrowing Statement) {
    self.init(
      run: selection.number(0),
      program: selection.text(1),
      version: selection.text(2),
      started: Timestamp(recorded: selection.number(3)),
      framing: selection.text(4),
      reply: selection.text(5),
      endpoints: selection.text(6).split(separator: "\n", maxSplits: 64).prefix(64).map(String.init)
    )
  }
}
