import Echo
import Journal
import TestKit
import Testing
import Wire

@testable import EchoApp

/// What is read of a recording before somebody looks whether the end was asked for.
@Suite struct RecordedSliceTests {
  private let folder: TemporaryDirectory
  private var path: String { "\(folder.path)/recording" }

  /// A run of ten thousand events, and one message.
  init() throws {
    folder = try TemporaryDirectory()
    let origin = RecordingOrigin(program: "test", version: "1.0", framing: "line", reply: "ok")
    _ = try Journal(RecordingSettings(path: "\(folder.path)/recording"), origin: origin)
    try change(
      """
      INSERT INTO runs VALUES(1, 'test', '1.0', 1, 'line', 'ok', 'tcp 127.0.0.1:5000');
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO events SELECT i, 1, 0, i, 'connected', NULL, 0, '', '{}' FROM n;
      INSERT INTO peers VALUES(1, 1, 1, 'tcp', '127.0.0.1:50000');
      INSERT INTO messages VALUES(10001, 1, 1, 10001, 1, 6, 16, NULL, NULL, CAST('hello' AS BLOB));
      """
    )
  }

  private func change(_ script: String) throws { try OpenRecording(path).run(script) }

  @Test("A replay comes back after 4096 rows, however few of them are messages")
  func replay() throws {
    var source = try RecordedMessages.open(path, run: nil)
    var (slices, messages) = (1, 0)
    while try source.read({ _ in
      messages += 1
      return true
    }) { slices += 1 }
    #expect(slices == 3 && messages == 1)
  }

  @Test("So does an export, however little comes out")
  func export() throws {
    var reader = try RecordingReader(path: path, eventText: .json)
    var cursor = ExportCursor(.pcapng, reader.runs, reader.rows)
    var slices = 0
    while !cursor.isAtEnd {
      try cursor.advance(&reader, until: .max)
      slices += 1
    }
    #expect(slices == 3)
  }

  @Test("A damaged file whose numbers have no end is passed over in some thousand steps")
  func damage() throws {
    try change(
      """
      UPDATE messages SET row = 9000000000000000000;
      UPDATE events SET row = 9000000000000000000 WHERE row = 10000;
      """
    )
    let file = try RecordedFile(path: path)
    let end = file.refresh()
    #expect(end == 9_000_000_000_000_000_000)
    var (next, steps) = (UInt64(0), 0)
    while next < end, steps < 100_000 {
      next = file.page(from: next).range.upperBound
      steps += 1
    }
    #expect(next >= end)
    (next, steps) = (end - 1, 0)
    while next > 0, steps < 100_000 {
      next = max(1, file.page(upTo: next).range.lowerBound) - 1
      steps += 1
    }
    #expect(next == 0)
  }
}
