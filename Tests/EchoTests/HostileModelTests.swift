import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// Every kind of byte that is known to harm terminals, where a user, a file or the system brings it: each picture of it is
/// visible text.
@Suite struct HostileModelTests {
  private static let size = Size(columns: 70, rows: 8)

  private func expectVisible(_ surface: Surface, _ location: SourceLocation = #_sourceLocation) {
    let rows = (0..<surface.size.rows).map { surface.text(row: $0) }
    #expect(rows.compactMap(VisibleText.complaint) == [], sourceLocation: location)
  }

  @Test(
    "The server's prompts show what is pasted and typed, complete it, and say what is wrong with it",
    arguments: #"/\:"#
  )
  func serverPrompts(_ sign: Character) {
    var script = ServerScript.listening(["one"], size: Self.size)
    for payload in HostileCorpus.payloads {
      script.press(.character(sign), .control("u"))
      script.give(.input(.paste(payload)))
      script.press(Key(.tab))
      expectVisible(script.model.view())
      script.press(Key(.enter))
      script.give(.turn)
      expectVisible(script.model.view())
      script.press(Key(.escape), Key(.escape))
    }
    for payload in HostileCorpus.samples {
      script.press(.character(sign), .control("u"))
      script.type(String(decoding: payload.prefix(20), as: UTF8.self))
      script.press(Key(.tab))
      expectVisible(script.model.view())
      script.press(Key(.enter))
      expectVisible(script.model.view())
      script.press(Key(.escape), Key(.escape))
    }
  }

  @Test("A file's name is shown in the question, the notice and the failure, and can be read back from them")
  func savedNames() {
    var script = ServerScript.listening(["one"], size: Size(columns: 200, rows: 8))
    for text in HostileCorpus.texts where text.utf8.count < 30 {
      let path = "/tmp/\(text)x"
      let shown = Printable.text(path.utf8)
      script.command("save all \(path)")
      script.give(.file(.exists))
      #expect(script.contains("\(shown) is there already."), "\(script)")
      expectVisible(script.model.view())
      script.press(.character("y"))
      _ = script.write()
      script.give(.file(.finished(byteCount: 7)))
      #expect(script.contains("7 bytes, to \(shown)"), "\(script)")
      expectVisible(script.model.view())
    }
  }

  @Test("The path of a server's socket is in its title and in what to type")
  func socketPath() {
    for text in HostileCorpus.texts where text.utf8.count < 20 {
      var script = ServerScript(size: Size(columns: 200, rows: 12))
      script.give(.news(.listening([.unix(path: text)])))
      let shown = Printable.text(text.utf8)
      #expect(script.rows[0].contains("unix \(shown)  up"), "\(script)")
      #expect(script.contains("echo_client unix:\(shown)"), "\(script)")
      expectVisible(script.model.view())
    }
  }

  @Test("What was entered in earlier runs comes back as visible text, also while it is searched")
  func history() {
    var script = ClientScript(remembered: HostileCorpus.texts, size: Self.size)
    script.connect()
    for _ in HostileCorpus.texts {
      script.key(Key(.up))
      expectVisible(script.model.view())
    }
    script.key(.control("c"))
    for payload in HostileCorpus.payloads {
      script.key(.control("r"))
      script.give(.input(.paste(payload)))
      expectVisible(script.model.view())
      script.key(.control("r"))
      expectVisible(script.model.view())
      script.key(.control("g"), .control("c"))
    }
  }

  @Test("The client's line shows what is pasted, typed and edited, completes it, and says what is wrong with it")
  func clientLine() {
    var script = ClientScript(size: Self.size)
    script.connect()
    for payload in HostileCorpus.payloads {
      for command in ["", "/", "/filter ", "/find ", "/save ", "/framing ", "/hex ", "/escape "] {
        script.type(command)
        script.give(.input(.paste(payload)))
        expectVisible(script.model.view())
        script.key(Key(.tab), .character("n"))
        script.key(.control("c"))
      }
      guard let text = String(validating: payload, as: UTF8.self) else { continue }
      script.give(.edited(.edited(text)))
      expectVisible(script.model.view())
      script.key(Key(.enter))
      script.work()
      expectVisible(script.model.view())
      script.key(.control("c"), Key(.escape))
    }
  }

  @Test("A host is shown in the title and in the row of its failure, and can be read back from both")
  func host() {
    for text in HostileCorpus.texts where text.utf8.count < 30 {
      var model = ClientModel(title: "tcp \(text):9000", framing: .line, transport: .tcp, look: Look())
      let time = Timestamp(nanoseconds: 0)
      _ = model.update(.tick(Moment(time: time)))
      _ = model.update(.resize(Size(columns: 300, rows: 8)))
      _ = model.update(.news(.resolving(host: text, at: time)))
      let shown = Printable.text(text.utf8)
      #expect(ClientScript.rows(model.view())[0].contains("tcp \(shown):9000  RESOLVING  \(shown)"))
      let end = ClientEnd.failed(.unknownHost(text, reason: "unknown"))
      _ = model.update(.news(.ended(end, ClientTotals(), at: time)))
      let rows = ClientScript.rows(model.view())
      #expect(rows.contains { $0.contains("unknown host \(shown): unknown") }, "\(rows)")
      #expect(rows.compactMap(VisibleText.complaint) == [])
    }
  }
}
