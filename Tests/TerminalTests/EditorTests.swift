import Testing

@testable import Terminal

@Suite("The user's editor")
struct EditorTests {
  @Test("is $VISUAL, else $EDITOR, else vi")
  func command() {
    func command(_ variables: [String: String]) -> String { Editor.command { variables[$0] } }
    #expect(command(["VISUAL": "code -w", "EDITOR": "nano"]) == "code -w")
    #expect(command(["EDITOR": "nano"]) == "nano")
    #expect(command([:]) == "vi")
  }

  @Test("has its file where it never comes to a disk, if there is such a place")
  func folders() {
    let variables = ["XDG_RUNTIME_DIR": "/run/user/1", "TMPDIR": "/scratch"]
    #expect(Editor.folders { variables[$0] } == ["/run/user/1", "/scratch", "/tmp"])
    #expect(Editor.folders { _ in nil } == ["/tmp"])
  }

  @Test("is not started when no folder takes its file")
  func noFolder() {
    do throws(EditorError) {
      _ = try Editor(text: "text", terminal: -1, command: "false", folders: ["/nowhere", "/dev/null"])
      Issue.record("started")
    } catch {
      #expect("\(error)" == "no file for the editor (open: Not a directory)")
    }
  }
}
