import Screen
import Testing

@testable import Echo

@Suite("The search through what was entered")
struct HistorySearchTests {
  private static let texts = ["hello world", "foo bar", "other", "food bank", "foo bar", "foo bar"]

  private func search(_ query: String, in texts: [String] = texts, line: String = "") -> HistorySearch {
    var search = HistorySearch(InputLine(line), MessageHistory(texts))
    for character in query { search.type(String(character)) }
    return search
  }

  @Test("begins with the line as it is, and finds the newest entry that matches, with the cursor where it does")
  func newest() {
    var search = search("", line: "draft")
    #expect(search.line.text == "draft")
    #expect(search.prompt(columns: 80) == "(reverse-i-search)'': ")
    search.type("ba")
    #expect(search.line.text == "foo bar" && search.line.cursor == 4)
    search.type("n")
    #expect(search.line.text == "food bank" && search.line.cursor == 5)
    #expect(search.prompt(columns: 80) == "(reverse-i-search)'ban': ")
  }

  @Test("narrows no further back than it must: what is found stays while it matches")
  func narrowing() {
    var search = search("o")
    #expect(search.line.text == "foo bar" && search.place == 5)
    search.type("o")
    #expect(search.place == 5)
    search.type("d")
    #expect(search.line.text == "food bank" && search.place == 3)
  }

  @Test("goes on to older entries and back to newer ones, past those of the same text")
  func again() {
    var search = search("foo")
    search.again(.older)
    #expect(search.line.text == "food bank")
    search.again(.older)
    #expect(search.line.text == "foo bar" && search.place == 1)
    search.again(.newer)
    #expect(search.line.text == "food bank")
    #expect(search.prompt(columns: 80) == "(i-search)'foo': ")
  }

  @Test("that fails says so and stays where it is; backspace takes that back, and goes back to what was there before")
  func failing() {
    var search = search("world")
    search.again(.older)
    #expect(search.isFailed && search.line.text == "hello world")
    search.again(.older)
    search.type("!")
    #expect(search.prompt(columns: 80) == "(failed reverse-i-search)'world!': ")
    search.backspace()
    #expect(search.isFailed && search.query == "world")
    search.backspace()
    #expect(!search.isFailed && search.query == "worl")
    for _ in 0..<9 { search.backspace() }
    #expect(search.query == "" && search.line.text == "" && !search.isFailed)
  }

  @Test("goes back by backspace to where a shorter query had been, not to where it would be found now")
  func widening() {
    var search = search("foo")
    search.again(.older)
    search.type(" ")
    #expect(search.place == 1)
    search.backspace()
    #expect(search.line.text == "food bank" && search.query == "foo")
    search.backspace()
    #expect(search.place == 5 && search.query == "fo")
  }

  @Test("takes the query of the one before, if it is asked to go on without one")
  func lastQuery() {
    var history = MessageHistory(Self.texts)
    history.lastQuery = "other"
    var search = HistorySearch(InputLine(), history)
    search.again(.older)
    #expect(search.query == "other" && search.line.text == "other")
    search.backspace()
    #expect(search.query == "" && search.line.text == "")
  }

  @Test("finds the line itself too, at its place among the entries")
  func itself() {
    #expect(search("half", line: "half a message").line.text == "half a message")
    var history = MessageHistory(Self.texts)
    for _ in 0..<3 { _ = history.previous(draft: "draft") }
    var search = HistorySearch(InputLine("food bank"), history)
    search.type("foo")
    #expect(search.place == 3)
    search.again(.newer)
    #expect(search.place == 4)
  }

  @Test("does not mind an empty history, and finds bytes of any script")
  func scripts() {
    #expect(search("x", in: []).isFailed)
    let found = search("本", in: ["日本語"])
    #expect(found.line.text == "日本語" && found.line.cursor == 1)
  }

  @Test("is undone in the line as one change")
  func undo() {
    var line = search("hello", line: "draft").line
    line.undo()
    #expect(line.text == "draft")
  }

  @Test(
    "has a prompt for every width, which leaves room for what is found",
    arguments: ["", "foo", String(repeating: "日", count: 200)]
  )
  func prompt(query: String) {
    let search = search(query)
    for columns in 0...120 {
      let prompt = search.prompt(columns: columns)
      #expect(Surface.columns(of: prompt) <= max(columns - 4, 12))
      if columns >= 60, query.count < 4 { #expect(prompt.hasSuffix("search)'\(query)': ")) }
    }
  }
}
