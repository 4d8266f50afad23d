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

  // MARK: The search

  @Test("is searched by ^R in the place of the line; Enter sends what was found")
  func search() {
    var script = script(["alpha", "beta", "gamma"])
    script.type("draft")
    script.key(.control("r"))
    script.type("et")
    #expect(script.shows("(reverse-i-search)'et': beta"))
    #expect(script.model.view().cursor == Point(column: 25, row: 22))
    _ = script.take()
    script.key(Key(.enter))
    #expect(script.take() == [.remember("beta"), .request(.send(id: 1, bytes: Array("beta".utf8)))])
    #expect(script.model.input.isEmpty && script.rows[22] == ">")
  }

  @Test(
    "is given up by ^G and ^C: the line is as it was",
    arguments: [Key.control("g"), .control("c")]
  )
  func cancel(key: Key) {
    var script = script()
    script.type("draft")
    script.key(Key(.left), .control("r"))
    script.type("old")
    #expect(script.model.input.text == "older")
    script.key(key)
    #expect(script.model.input.text == "draft" && script.model.input.cursor == 4)
    #expect(script.rows[22] == "> draft")
    script.key(Key(.up))
    #expect(script.model.input.text == "newer")
  }

  @Test("is ended by Esc, which keeps what was found in the line")
  func escape() {
    var script = script()
    script.type("draft")
    script.key(.control("r"))
    script.type("old")
    script.key(Key(.escape))
    #expect(script.model.input.text == "older" && script.rows[22] == "> older" && script.take() == [])
  }

  @Test("is edited when any other key follows, and Up goes on from there")
  func accept() {
    var script = script(["alpha", "beta", "gamma"])
    script.key(.control("r"))
    script.type("be")
    script.key(.control("e"))
    script.type("!")
    #expect(script.model.input.text == "beta!" && script.rows[22] == "> beta!")
    script.key(.control("_"), .control("r"))
    script.type("a")
    script.key(Key(.up))
    #expect(script.model.input.text == "alpha")
  }

  @Test("is searched from the newest again once what was taken up has been changed")
  func changed() {
    var script = script(["alpha", "beta", "gamma"])
    script.key(Key(.up), Key(.up), Key(.up), .control("u"), .control("r"))
    script.type("gam")
    #expect(script.model.input.text == "gamma")
  }

  @Test("is searched on by ^R and back by ^S, and a paste goes on with the query")
  func onAndBack() {
    var script = script(["one two", "two one", "three"])
    script.key(.control("r"))
    script.give(.input(.paste(Array("one".utf8))))
    #expect(script.shows("(reverse-i-search)'one': two one"))
    script.key(.control("r"))
    #expect(script.shows("'one': one two"))
    script.key(.control("r"))
    #expect(script.shows("(failed reverse-i-search)'one': one two"))
    script.key(.control("s"))
    #expect(script.shows("(i-search)'one': two one"))
    script.key(Key(.backspace))
    #expect(script.model.input.text == "")
    script.key(.control("g"), .control("r"), .control("r"))
    #expect(script.shows("(reverse-i-search)'':"))
  }

  @Test("is found on a small screen too", arguments: [(40, 10), (20, 4), (12, 2), (1, 1)])
  func small(columns: Int, rows: Int) {
    var script = ClientScript(remembered: ["hello"], size: Size(columns: columns, rows: rows))
    script.key(.control("r"))
    script.type("ell")
    #expect(script.model.view().size == Size(columns: columns, rows: rows))
    if columns >= 20 { #expect(script.shows("': hello")) }
  }
}
