import Screen
import Testing
import Wire

@testable import Echo

@Suite("What the client's user has entered")
struct ClientHistoryTests {
  private func script(_ remembered: [String]? = ["older", "newer"]) -> ClientScript {
    var script = ClientScript(remembered: remembered)
    script.connect()
    return script
  }

  private func remembered(_ script: inout ClientScript) -> [String] {
    script.take().compactMap {
      if case .remember(let text) = $0 { text } else { nil }
    }
  }

  @Test("in earlier runs comes back by Up, and the draft by Down")
  func earlier() {
    var script = script()
    script.type("draft")
    script.key(Key(.up))
    #expect(script.model.input.text == "newer")
    script.key(Key(.up), Key(.up))
    #expect(script.model.input.text == "older")
    script.key(Key(.down), Key(.down))
    #expect(script.model.input.text == "draft")
  }

  @Test("is to be remembered at once, but for repetitions and what begins with a space")
  func remember() {
    var script = script()
    script.enter("newer")
    script.enter("one")
    script.enter("one")
    script.enter(" secret")
    #expect(remembered(&script) == ["one"])
    script.key(Key(.up))
    #expect(script.model.input.text == " secret")
  }

  @Test("is to be remembered with its lines when it was sent as several messages")
  func lines() {
    var script = script()
    script.give(.input(.paste(Array("a\nb".utf8))))
    script.type("e")
    script.key(Key(.enter), .character("y"))
    #expect(remembered(&script) == ["a\nb"])
  }

  @Test("is not to be remembered when there is no memory, and the failure of one is told")
  func none() {
    var script = script(nil)
    script.enter("one")
    #expect(remembered(&script) == [])
    script.give(.notRemembered("no history is kept: because"))
    #expect(script.shows("no history is kept: because"))
    script.type("x")
    #expect(!script.shows("no history"))
  }

  @Test("is bounded by count and by bytes")
  func bounds() {
    var history = MessageHistory()
    for number in 0..<1500 { history.add("\(number)") }
    #expect(history.texts.count == 1000 && history.texts.first == "500")
    let big = String(repeating: "x", count: 3 << 20)
    for number in 0..<4 { history.add(big + "\(number)") }
    #expect(history.texts.map { $0.last } == ["2", "3"])
    history.add(String(repeating: "y", count: 9 << 20))
    #expect(history.texts.count == 1)
  }
}
