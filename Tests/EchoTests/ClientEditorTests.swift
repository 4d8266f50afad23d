import Screen
import Testing
import Wire

@testable import Echo

@Suite("The client's message in an editor")
struct ClientEditorTests {
  private func script() -> ClientScript {
    var script = ClientScript()
    script.connect()
    script.type("draft")
    return script
  }

  @Test("is opened by ^X ^E, comes back into the line, and is not sent; undo brings the old one back")
  func edit() {
    var script = script()
    script.key(.control("x"))
    #expect(script.take() == [] && script.shows("^E opens the message in the editor"))
    script.key(.control("e"))
    #expect(script.take() == [.edit("draft")])
    script.give(.edited(.edited("one\ntwo")))
    #expect(script.take() == [])
    #expect(script.model.input.text == "one\ntwo" && script.shows("2 messages  2 lines") == false)
    #expect(script.rows[21].hasPrefix("> one") && script.rows[22] == "  two")
    script.key(.control("_"))
    #expect(script.model.input.text == "draft")
  }

  @Test(
    "is as it was when the editor fails or changes nothing",
    arguments: [EditorEvent.failed("it failed"), .edited("draft")]
  )
  func unchanged(event: EditorEvent) {
    var script = script()
    script.key(Key(.left), .control("x"), .control("e"))
    script.give(.edited(event))
    #expect(script.model.input.text == "draft" && script.model.input.cursor == 4)
    #expect(script.shows("it failed; the line is as it was") == (event != .edited("draft")))
  }

  @Test("is not opened by ^X and another key, which is dropped, nor by ^E alone")
  func otherKey() {
    var script = script()
    script.key(.control("x"), .character("e"), .control("e"), .control("x"), .control("c"))
    #expect(script.take() == [])
    #expect(script.model.input.text == "draft")
    script.key(.control("x"))
    script.give(.input(.paste(Array("!".utf8))))
    script.key(.control("e"))
    #expect(script.take() == [] && script.model.input.text == "draft!")
  }

  @Test("is measured anew when it comes back, and what happened meanwhile is there")
  func measured() {
    var script = script()
    script.key(.control("x"), .control("e"))
    script.receive(Array("news".utf8))
    script.give(.edited(.edited("longer than before")))
    #expect(script.shows("19B") && script.shows("news"))
  }

  @Test("is found by ^R before, if it is to be")
  func found() {
    var script = ClientScript(remembered: ["found"])
    script.key(.control("r"), .character("f"), .control("x"), .control("e"))
    #expect(script.take() == [.edit("found")])
  }
}
