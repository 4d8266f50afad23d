import Echo
import Screen
import TestKit
import Testing

/// The client's and the playground's pictures, kept: looked at once, and then the same until they are meant to change.
@Suite struct GoldenClientTests {
  @Test("In the middle of things", arguments: GoldenServerTests.sizes)
  func session(_ size: Size) throws {
    let picture = ClientScript.session(size: size).model.view()
    try Golden.check(picture, "client-session-\(size.columns)x\(size.rows)")
  }

  @Test("Connected, with nothing said yet", arguments: GoldenServerTests.sizes)
  func welcome(_ size: Size) throws {
    var script = ClientScript(size: size)
    script.connect()
    try Golden.check(script.model.view(), "client-welcome-\(size.columns)x\(size.rows)")
  }

  @Test("The help", arguments: GoldenServerTests.sizes)
  func help(_ size: Size) throws {
    var script = ClientScript.session(size: size)
    script.key(Key(.function(1)))
    try Golden.check(script.model.view(), "client-help-\(size.columns)x\(size.rows)")
  }

  @Test(
    "One reads above while messages come, and looks into the one that is selected",
    arguments: GoldenServerTests.sizes
  )
  func reading(_ size: Size) throws {
    var script = ClientScript.session(size: size)
    for number in 1...60 { script.receive(Array("line \(number).".utf8)) }
    script.key(Key(.pageUp), Key(.up, .meta))
    script.receive([0x1b, 0x5b, 0x32, 0x4a, 0xff])
    try Golden.check(script.model.view(), "client-reading-\(size.columns)x\(size.rows)")
    script.key(Key(.tab))
    try Golden.check(script.model.view(), "client-detail-\(size.columns)x\(size.rows)")
  }

  @Test("A filter is on, a search has found something, and something is unread", arguments: GoldenServerTests.sizes)
  func filtered(_ size: Size) throws {
    var script = ClientScript.session(size: size)
    script.key(.control("u"))
    script.enter("/filter is:sent | title")
    script.key(.control("s"))
    script.type("time")
    script.key(Key(.enter))
    script.receive(Array("another title".utf8))
    try Golden.check(script.model.view(), "client-filter-\(size.columns)x\(size.rows)")
  }

  @Test("A command is being typed, a question asked, the texts alone shown", arguments: GoldenServerTests.sizes)
  func overlays(_ size: Size) throws {
    var script = ClientScript.session(size: size)
    script.key(.control("u"))
    script.type("/fil")
    try Golden.check(script.model.view(), "client-command-\(size.columns)x\(size.rows)")
    script.key(.control("u"))
    script.enter("/clear")
    try Golden.check(script.model.view(), "client-question-\(size.columns)x\(size.rows)")
    script.key(.character("n"), .meta("l"))
    try Golden.check(script.model.view(), "client-bare-\(size.columns)x\(size.rows)")
  }

  @Test("The playground, side by side, one above the other, and the client alone", arguments: GoldenServerTests.sizes)
  func playground(_ size: Size) throws {
    let picture = PlaygroundTests.session(size: size).view()
    try Golden.check(picture, "playground-session-\(size.columns)x\(size.rows)")
  }
}
