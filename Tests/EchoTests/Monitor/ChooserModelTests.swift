import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// The choice between several servers.
@Suite struct ChooserModelTests {
  private func greeting(_ name: String, process: Int, next: UInt64) throws -> ServerGreeting {
    let hello = MonitorDecoderTests.hello()
      .replacing(#""name":"5000""#, with: "\"name\":\"\(name)\"")
      .replacing(#/"pid":\d+/#, with: "\"pid\":\(process)")
      .replacing(#/"next":\d+/#, with: "\"next\":\(next)")
    var greeting: ServerGreeting?
    var feed = MonitorFeed()
    feed.take(.lines(Array(hello.utf8))) { event in
      if case .greeting(let it) = event { greeting = it }
    }
    return try #require(greeting)
  }

  private func servers() throws -> [ServerGreeting] {
    [
      try greeting("5000", process: 4711, next: 1285), try greeting("6001", process: 815, next: 1),
      try greeting("weather \\u202e", process: 1_048_576, next: 12_345_678),
    ]
  }

  private func model(_ size: Size = Size(columns: 80, rows: 24)) throws -> ChooserModel {
    var model = ChooserModel(try servers())
    _ = model.update(.tick(Moment(time: ServerScript.start)))
    _ = model.update(.resize(size))
    return model
  }

  private func press(_ model: inout ChooserModel, _ keys: Key...) -> [Effect<ChooserModel.Request>] {
    keys.flatMap { model.update(.input(.key($0))) }
  }

  @Test("The picture", arguments: GoldenServerTests.sizes)
  func pictures(_ size: Size) throws {
    var model = try model(size)
    _ = press(&model, Key(.down))
    try Golden.check(model.view(), "chooser-\(size.columns)x\(size.rows)")
  }

  @Test("The arrows select a server, and Enter chooses it")
  func choosing() throws {
    var model = try model()
    #expect(press(&model, Key(.down), Key(.down), Key(.up)) == [])
    #expect(model.choice == nil)
    #expect(press(&model, Key(.enter)) == [.quit])
    #expect(model.choice?.name == "6001")
    #expect(press(&model, Key(.end), Key(.enter)) == [.quit])
    #expect(model.choice?.process == 1_048_576)
  }

  @Test("q, Esc, ^C and a signal leave without a choice")
  func leaving() throws {
    for key in [Key.character("q"), Key(.escape), .control("c")] {
      var model = try model()
      #expect(press(&model, key) == [.quit])
      #expect(model.choice == nil)
    }
    var model = try model()
    #expect(model.update(.terminate) == [.quit])
  }

  @Test("Looked for again, servers come and go, and the selected one stays selected")
  func findingAgain() throws {
    var model = try model()
    #expect(press(&model, Key(.down), .character("r")) == [.request(.find)])
    _ = model.update(.news([try greeting("4000", process: 1, next: 1)] + (try servers())))
    #expect(press(&model, Key(.enter)) == [.quit])
    #expect(model.choice?.name == "6001")
    _ = model.update(.news([]))
    #expect(press(&model, Key(.up), Key(.enter)) == [])
    #expect((0..<24).contains { model.view().text(row: $0).contains("no echo_server runs here any more") })
  }

  @Test("Whatever the size, something is drawn and nothing breaks")
  func sizes() throws {
    for (columns, rows) in [(0, 0), (1, 1), (2, 3), (7, 5), (500, 200)] {
      var model = try model(Size(columns: columns, rows: rows))
      _ = press(&model, Key(.down), Key(.pageDown), Key(.home))
      #expect(model.view().size == Size(columns: columns, rows: rows))
    }
  }
}
