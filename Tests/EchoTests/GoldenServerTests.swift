import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// The server's pictures, kept: looked at once, and then the same until they are meant to change.
@Suite struct GoldenServerTests {
  static let sizes = [(140, 40), (80, 24), (40, 10), (20, 4)].map { Size(columns: $0, rows: $1) }

  private func name(_ what: String, _ size: Size) -> String { "server-\(what)-\(size.columns)x\(size.rows)" }

  @Test("Waiting for the first message", arguments: sizes)
  func welcome(_ size: Size) throws {
    var script = ServerScript(size: size)
    script.listen()
    try Golden.check(script.model.view(), name("welcome", size))
  }

  @Test("In the middle of things", arguments: sizes)
  func session(_ size: Size) throws {
    try Golden.check(ServerScript.session(size: size).model.view(), name("session", size))
  }

  @Test("Looking into a hostile message", arguments: sizes)
  func detail(_ size: Size) throws {
    var script = ServerScript.session(size: size)
    script.command("goto 4")
    script.press(Key(.enter))
    try Golden.check(script.model.view(), name("detail", size))
  }

  @Test("A filter on, and what a search found marked", arguments: sizes)
  func filter(_ size: Size) throws {
    var script = ServerScript.session(size: size)
    script.filter("!is:event (len>10 | is:error)")
    script.find("/m[a-z]+/")
    try Golden.check(script.model.view(), name("filter", size))
  }

  @Test("Among the peers", arguments: sizes)
  func peers(_ size: Size) throws {
    var script = ServerScript.session(size: size)
    script.press(.character("p"), .character("j"))
    try Golden.check(script.model.view(), name("peers", size))
  }

  @Test("The statistics", arguments: sizes)
  func statistics(_ size: Size) throws {
    var script = ServerScript.session(size: size)
    script.press(.character("s"))
    try Golden.check(script.model.view(), name("statistics", size))
  }

  @Test("Without colour and without Unicode")
  func monochrome() throws {
    let size = Size(columns: 140, rows: 24)
    let script = ServerScript.session(size: size, look: Look(theme: .mono, glyphs: .ascii))
    try Golden.check(script.model.view(), name("mono-ascii", size))
  }

  @Test("Scrolled up, with new messages below")
  func held() throws {
    let size = Size(columns: 80, rows: 24)
    var script = ServerScript(size: size)
    script.listen()
    for number in 1...40 { script.receive("message \(number)") }
    script.press(Key(.pageUp))
    for number in 41...43 { script.receive("message \(number)") }
    try Golden.check(script.model.view(), name("held", size))
  }

  @Test("Waiting for the first message to record", arguments: sizes)
  func recordingWelcome(_ size: Size) throws {
    var script = ServerScript(size: size)
    script.listen()
    script.record()
    try Golden.check(script.model.view(), name("recording-welcome", size))
  }

  @Test("A recording that is on, that was rotated, and that failed", arguments: sizes)
  func recording(_ size: Size) throws {
    var script = ServerScript(size: size)
    script.listen()
    script.record()
    script.receive("hello")
    script.give(.news(.recording(file: "messages.db", .rotated(to: "messages.db.1"), at: script.time)))
    try Golden.check(script.model.view(), name("recording", size))
    let failure = RecordingFailure(reason: "database or disk is full", lastSequence: 1, endsProgram: false)
    script.give(.news(.recordingFailed(failure, at: script.time)))
    try Golden.check(script.model.view(), name("recording-failed", size))
  }

  @Test("The help, and the question", arguments: sizes)
  func overlays(_ size: Size) throws {
    var script = ServerScript.session(size: size)
    script.press(.character("?"))
    try Golden.check(script.model.view(), name("help", size))
    script.press(Key(.escape), .character("q"))
    try Golden.check(script.model.view(), name("question", size))
  }

  @Test("Every size from nothing to large is drawn, with nothing outside of it")
  func everySize() {
    var script = ServerScript.session(size: .zero)
    for columns in [0, 1, 2, 5, 19, 20, 39, 59, 60, 79, 109, 110, 200, 1000] {
      for rows in [0, 1, 2, 3, 4, 7, 8, 15, 16, 19, 20, 24, 100, 500] {
        script.give(.resize(Size(columns: columns, rows: rows)))
        #expect(script.model.view().size == Size(columns: columns, rows: rows))
        script.press(.character("?"))
        #expect(script.model.view().size == Size(columns: columns, rows: rows))
        script.press(Key(.escape))
      }
    }
  }
}
