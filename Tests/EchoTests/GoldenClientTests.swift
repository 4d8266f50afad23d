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

  @Test("The playground, side by side, one above the other, and the client alone", arguments: GoldenServerTests.sizes)
  func playground(_ size: Size) throws {
    let picture = PlaygroundTests.session(size: size).view()
    try Golden.check(picture, "playground-session-\(size.columns)x\(size.rows)")
  }
}
