import Glibc
import Screen
import TestKit
import Testing

/// A program in a window of tmux, which is in a terminal itself: tmux obeys more than terminals do, and tells what it obeyed.
private final class TmuxWindow {
  let terminal: TerminalProgram
  private let folder: TemporaryDirectory
  private let tmux: String

  /// What tmux knows of a pane that a program could have changed.
  private static let traits = [
    "pane_title", "window_name", "cursor_flag", "cursor_x", "cursor_y", "alternate_on", "insert_flag", "keypad_flag",
    "keypad_cursor_flag", "origin_flag", "wrap_flag", "mouse_any_flag", "mouse_standard_flag", "mouse_button_flag",
    "mouse_all_flag", "mouse_sgr_flag", "mouse_utf8_flag", "pane_in_mode", "scroll_region_lower", "scroll_region_upper",
    "pane_tabs", "pane_path", "window_bell_flag", "window_silence_flag", "pane_dead",
  ]

  init(_ program: String, _ arguments: [String]) throws {
    tmux = try #require(Programs.tool(named: "tmux"))
    folder = try TemporaryDirectory()
    let configuration = "\(folder.path)/configuration"
    let lines = [
      "set -g status off", "set -g default-terminal screen-256color", "set -g escape-time 0",
      "set -g destroy-unattached on",
      // All that it can be asked for is allowed.
      "set -g set-clipboard on", "set -g allow-rename on", "set -g allow-passthrough on", "set -g automatic-rename off",
      "set -g monitor-bell on", "set -g history-limit 10000",
    ]
    let file = fopen(configuration, "w")
    fputs(lines.joined(separator: "\n") + "\n", file)
    fclose(file)
    terminal = try TerminalProgram(
      tmux,
      ["-f", configuration, "new-session", program] + arguments,
      environment: ["TMUX_TMPDIR": folder.path],
      columns: 109
    )
  }

  deinit { _ = try? ask(["kill-server"]) }

  func ask(_ arguments: [String]) throws -> String {
    let program = try PlainProgram(tmux, arguments, environment: ["TMUX_TMPDIR": folder.path])
    try program.waitForExit()
    return program.outputText
  }

  /// What it knows of its pane now, and what it has as its clipboard.
  func state() throws -> [String] {
    let format = TmuxWindow.traits.map { "\($0) #{\($0)}" }.joined(separator: "\n")
    let traits = try ask(["display-message", "-p", format]).split(separator: "\n").map(String.init)
    return traits + [try ask(["list-buffers"])]
  }

  /// The rows of its pane as it has them itself; with `wholeLines` all that came, the rows of a long line as one.
  func rows(wholeLines: Bool = false) throws -> [String] {
    let rows = try ask(["capture-pane", "-p"] + (wholeLines ? ["-J", "-S", "-"] : []))
    return rows.split(separator: "\n", omittingEmptySubsequences: false).map { row in
      String(row.reversed().drop { $0 == " " }.reversed())
    }
  }
}

/// Every kind of byte that is known to harm terminals, shown in a window of tmux.
@Suite struct TmuxTests {
  @Test("tmux would tell: sent as they are, a title, modes and a clipboard are what it has then")
  func control() throws {
    let hostile = #"\033]2;owned\007\033]52;c;ZXZpbA==\007\033[?1000h\033[?25l\033[3;5H"#
    let window = try TmuxWindow("/bin/sh", ["-c", "printf '\(hostile)'; printf ready; exec cat"])
    try window.terminal.waitForText("ready")
    let state = try window.state()
    #expect(
      Set(["pane_title owned", "mouse_any_flag 1", "cursor_flag 0", "cursor_y 2"]).isSubset(of: state),
      "\(state)"
    )
    #expect(state.last?.contains("evil") == true)
  }

  @Test(
    "tmux has no title, mode, cursor, clipboard or cell changed, and shows what other terminals do",
    arguments: [true, false]
  )
  func corpus(hasScreen: Bool) throws {
    let window = try TmuxWindow(
      Programs.path(named: "echo_server"),
      ["0"] + HostileBytesTests.serverOptions + (hasScreen ? [] : ["--no-tui"])
    )
    let terminal = window.terminal
    try terminal.waitForText(hasScreen ? "waiting for messages" : "waiting")
    let line = try #require(terminal.screen.lines.first { $0.contains("127.0.0.1:") })
    let port = try #require(line.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.output.1) })
    let peer = try SocketPeer(tcp: port)
    var sent = 0
    func send(_ payloads: [[UInt8]], mark: String) throws {
      try peer.send((payloads + [Array(mark.utf8)]).flatMap(HostileBytesTests.frame))
      sent += payloads.count + 1
      try terminal.waitForText(mark)
    }
    // Enough for the picture to be full: from then on the cursor stays.
    try send(Array(repeating: Array("before".utf8), count: 24), mark: "the beginning")
    // Where a hidden cursor is depends on what was painted last.
    func state() throws -> [String] { try window.state().filter { !hasScreen || !$0.contains(#/^cursor_[xy]/#) } }
    let before = try state()
    let replies = terminal.replies
    let modes = terminal.screen.privateModes
    for start in stride(from: 0, to: HostileCorpus.payloads.count, by: 15) {
      let group = Array(HostileCorpus.payloads[start..<min(HostileCorpus.payloads.count, start + 15)])
      try send(group, mark: "mark \(start).")
      guard hasScreen else { continue }
      var rows: [String] = []
      // The rates above and the memory below change with time; and tmux has each change before it passes it on.
      try terminal.waitForScreen("the rows of tmux") { screen in
        rows = (try? window.rows()) ?? []
        return rows.count > 22 && rows[2..<22].elementsEqual(screen.lines[2..<22])
      }
      #expect(rows.compactMap(VisibleText.complaint) == [])
      let shown = rows[2..<22].filter { $0.contains(" tcp ") && !$0.contains(" !! ") }.suffix(group.count + 1)
      #expect(shown.count == group.count + 1)
      for (row, payload) in zip(shown, group) {
        expectShown(payload, as: String(String.UnicodeScalarView(row.unicodeScalars.dropFirst(64))))
      }
      #expect(rows[0].hasPrefix(" LISTEN") && rows[22].hasPrefix(" FOLLOW"))
    }
    if hasScreen {
      #expect(terminal.screen.contains("\(sent) msg"))
    } else {
      let lines = try window.rows(wholeLines: true).filter { $0.hasPrefix("server received") }
      #expect(lines.count == sent && lines.compactMap(VisibleText.complaint) == [])
      let shown = lines.filter { !$0.contains(#/: (?:before|the beginning|mark \d+\.)$/#) }
      #expect(shown.count == HostileCorpus.payloads.count)
      for (line, payload) in zip(shown, HostileCorpus.payloads) {
        expectShown(
          payload,
          as: line.replacing(#/^server received \d+ bytes from tcp [0-9.:]+(?: \(stop refused\))?:(?: |$)/#, with: "")
        )
      }
    }
    let after = try state()
    #expect(after == before)
    #expect(terminal.replies == replies && terminal.screen.privateModes == modes)
    #expect(terminal.screen.title == "" && terminal.screen.bells == 0)
  }
}
