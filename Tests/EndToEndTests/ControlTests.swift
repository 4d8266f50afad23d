import Glibc
import TestKit
import Testing

/// The control socket of the real server, spoken to as docs/protocol.md says.
@Suite struct ControlTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func server(_ options: [String] = [], format: String = "text") throws -> RunningServer {
    try RunningServer(options, format: format, runtimeDirectory: folder.path)
  }

  private func viewer(of server: RunningServer) throws -> RunningViewer {
    let viewer = try RunningViewer(folder, "\(server.port)")
    #expect(try viewer.record()["event"] as? String == "hello")
    return viewer
  }

  /// A mebibyte of 1024 lines: a server keeps sixteen, and the rest is gone.
  private static let flood = String(repeating: String(repeating: "x", count: 1023) + "\n", count: 1024)

  /// A server that has received and told so many messages, each of them its own number.
  private func server(withMessages count: Int) throws -> (RunningServer, SocketPeer) {
    let server = try server()
    let peer = try SocketPeer(tcp: server.port)
    for number in 1...count {
      try peer.send("\(number)\n")
      #expect(try peer.receive(exactly: 3) == "OK\n")
    }
    try server.program.waitForLine(containing: ": \(count)")
    return (server, peer)
  }

  @Test("Who comes is greeted with who the server is")
  func hello() throws {
    let (server, _) = try server(withMessages: 3)
    let viewer = try RunningViewer(folder, "\(server.port)")
    let line = try #require(try viewer.line())
    let form =
      #/\{"event":"hello","protocol":1,"program":"echo_server","version":"[0-9.]+","instance":"[0-9a-f]{16}","name":"(?<name>[0-9]+)","pid":(?<pid>[0-9]+),"framing":"line","reply":"ok","stop_on_dot":"local","started":"[^"]+Z","oldest":1,"next":4,"listening":\[\{"transport":"tcp","address":"127\.0\.0\.1:(?<port>[0-9]+)"\},\{"transport":"udp","address":"127\.0\.0\.1:[0-9]+"\}\]\}/#
    let found = try #require(line.wholeMatch(of: form), "\(line)")
    #expect(found.output.name == "\(server.port)" && found.output.port == "\(server.port)")
    #expect(found.output.pid == "\(server.program.identifier)")
  }

  @Test(
    "A viewer hears the story from where it asks for",
    arguments: [
      ("oldest", 1, 3, 1), ("tail:2", 2, 2, 0), ("tail:9", 1, 3, 1), ("3", 3, 1, 0), ("1", 1, 3, 0), ("4", 4, 0, 0),
      ("now", 4, 0, 0),
    ]
  )
  func attach(_ point: String, first: Int, count: Int, connected: Int) throws {
    let (server, peer) = try server(withMessages: 3)
    let viewer = try viewer(of: server)
    try viewer.say("{\"attach\":\"\(point)\", \"more\":[1,{}]}")
    let attached = try viewer.record()
    #expect(attached["event"] as? String == "attached")
    #expect(attached["first"] as? Int == first)
    let totals = try #require(attached["totals"] as? [String: Any])
    #expect(totals["messages"] as? Int == first - 1)
    #expect(totals["bytes"] as? Int == 2 * (first - 1))
    #expect(totals["connections"] as? Int == 1 - connected)
    #expect(attached["peers"] as? Int == 1 - connected)
    try peer.send("next\n")
    var records: [[String: Any]] = []
    repeat { records.append(try viewer.record()) } while records.last?["text"] as? String != "next"
    let messages = records.filter { $0["event"] as? String == "message" }
    #expect(messages.map { $0["seq"] as? Int } == (0...count).map { first + $0 })
    #expect(messages.allSatisfy { $0["connection"] as? Int == 1 && $0["answered"] as? Int != nil })
    #expect(records.count { $0["event"] as? String == "connected" } == connected)
  }

  @Test("A message that is still to come is waited for, and one that is gone is told as lost before the rest")
  func goneAndFuture() throws {
    let server = try server(["--quiet"], format: "json")
    let peer = try SocketPeer(tcp: server.port)
    let patient = try viewer(of: server)
    try patient.say("{\"attach\":\"3\"}")
    // Answers come in order: when this one has come, the other was taken.
    try patient.say("{}")
    #expect(try patient.record()["event"] as? String == "error")
    try peer.send("1\n2\n3\n")
    #expect(try patient.record()["first"] as? Int == 3)
    #expect(try patient.record()["seq"] as? Int == 3)
    for _ in 0..<24 { try peer.send(ControlTests.flood) }
    peer.finish()
    try server.program.waitForLine(containing: "disconnected")
    let late = try viewer(of: server)
    try late.say("{\"attach\":\"1\"}")
    let lost = try late.record()
    let attached = try late.record()
    #expect(lost["event"] as? String == "lost" && attached["event"] as? String == "attached")
    let count = try #require(lost["count"] as? Int)
    #expect(count > 0 && attached["first"] as? Int == count + 1)
    #expect((attached["totals"] as? [String: Any])?["messages"] as? Int == count)
    #expect(try late.record()["seq"] as? Int == count + 1)
  }

  @Test("What a slow viewer gets and what it is told as lost is all, whatever is sent meanwhile")
  func slow() throws {
    let server = try server(["--quiet", "--reply", "none"])
    let viewer = try viewer(of: server)
    try viewer.say("{\"attach\":\"now\"}")
    let attached = try viewer.record()
    #expect(attached["first"] as? Int == 1)
    let peer = try SocketPeer(tcp: server.port)
    for _ in 0..<48 { try peer.send(ControlTests.flood) }
    peer.finish()
    #expect(try peer.receiveToEnd() == "")
    var records = try viewer.records(upTo: "disconnected")
    try viewer.say("{\"command\":\"stop\"}")
    records += try viewer.records(upTo: "stopped")
    #expect(try viewer.line() == nil)
    func sum(_ event: String, _ member: String) -> Int {
      records.filter { $0["event"] as? String == event }.reduce(0) { $0 + ($1[member] as? Int ?? 0) }
    }
    let messages = records.count { $0["event"] as? String == "message" }
    #expect(messages + sum("lost", "count") == 48 * 1024)
    #expect(sum("message", "bytes") + sum("lost", "bytes") == 48 << 20)
    #expect(sum("lost", "count") > 0)
    #expect(records.last?["messages"] as? Int == 48 * 1024)
  }

  @Test(
    "What is no request is refused with a reason, and the viewer stays",
    arguments: [
      ("x", "not a JSON object: wrong from byte 1 on"), ("[1]", "not a JSON object: wrong from byte 1 on"),
      ("{\"attach\":\"now\"", "not a JSON object: wrong from byte 16 on"), ("{\"attach\":1}", "attach takes"),
      ("{\"attach\":\"tail:-1\"}", "attach takes"), ("{\"command\":\"dance\"}", "neither"), ("{}", "neither"),
      ("{\"command\":\"disconnect\"}", "disconnect takes"),
      ("{\"command\":\"disconnect\",\"connection\":99}", "no connection 99 is open"),
      ("{\"command\":\"disconnect\",\"connection\":4294967296}", "disconnect takes"),
      ("{\"attach\":\"\\ud800\"}", "not a JSON object"),
    ]
  )
  func refusals(_ line: String, reason: String) throws {
    let server = try server()
    let viewer = try viewer(of: server)
    try viewer.say(line)
    let refused = try viewer.record()
    #expect(refused["event"] as? String == "error")
    #expect((refused["reason"] as? String)?.hasPrefix(reason) == true, "\(refused)")
    try viewer.say("{\"attach\":\"now\"}\r")
    #expect(try viewer.record()["event"] as? String == "attached")
  }

  @Test("A viewer disconnects a peer and stops the server, and hears of both")
  func commands() throws {
    let (server, peer) = try server(withMessages: 1)
    let viewer = try viewer(of: server)
    try viewer.say("{\"attach\":\"now\"}")
    _ = try viewer.record()
    try viewer.say("{\"command\":\"disconnect\",\"connection\":1}")
    #expect(try viewer.line() == "{\"event\":\"done\",\"command\":\"disconnect\"}")
    let disconnected = try viewer.record()
    #expect(disconnected["event"] as? String == "disconnected" && disconnected["reason"] as? String == "closed")
    #expect(try peer.receiveToEnd() == "")
    try viewer.say("{\"command\":\"stop\"}")
    #expect(try viewer.line() == "{\"event\":\"done\",\"command\":\"stop\"}")
    #expect(try viewer.record()["event"] as? String == "stopping")
    #expect(try viewer.record()["event"] as? String == "stopped")
    #expect(try viewer.line() == nil)
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(ending.error.hasSuffix("stopping\n1 message, 2 bytes received; 1 connection\n"))
    #expect(folder.names == ["echo"])
    #expect(folder.names(in: "echo") == [])
  }

  @Test("The lines are those of plain mode's JSON, with the connection and the answer besides")
  func lines() throws {
    let server = try server(["--framing", "nul"], format: "json")
    let viewer = try viewer(of: server)
    try viewer.say("{\"attach\":\"oldest\"}")
    #expect(try viewer.line()?.hasPrefix("{\"event\":\"attached\",\"first\":1,") == true)
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(Array("plain\0\u{1B}[2Jq\"\\\u{202E}\0".utf8) + [0xFF, 0x00])
    #expect(try peer.receive(exactly: 9) == "OK\0OK\0OK\0")
    let datagrams = try SocketPeer(udp: server.port)
    try datagrams.send("over UDP")
    _ = try datagrams.receive()
    try peer.send(".\0")
    #expect(try peer.receiveToEnd() == "OK\0")
    var lines: [String] = []
    while let line = try viewer.line() { lines.append(line) }
    _ = try server.end()
    let plain = server.program.outputText.split(separator: "\n").map(String.init)
    let bare = lines.map { line in
      line.contains("\"connected\"") || line.contains("\"disconnected\"")
        ? line : line.replacing(/,"connection":[0-9]+|,"answered":[0-9]+/, with: "")
    }
    #expect(bare == plain)
    #expect(lines.contains { $0.contains("\"text\":\"\\u001b[2Jq\\\"\\\\\\u202e\"") })
    #expect(lines.contains { $0.contains("\"connection\":0,\"bytes\":8,") })
    #expect(lines.contains { $0.hasPrefix("{\"event\":\"stopping\"") && $0.hasSuffix("\"connection\":1}") })
    #expect(lines.allSatisfy { $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
  }

  @Test("Hostile messages are visible JSON, each on a line of its own")
  func hostile() throws {
    let server = try server(["--framing", "length32", "--reply", "none", "--stop-on-dot", "never"])
    let viewer = try viewer(of: server)
    try viewer.say("{\"attach\":\"oldest\"}")
    let peer = try SocketPeer(tcp: server.port)
    for payload in HostileCorpus.payloads {
      try peer.send((0..<4).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) } + payload)
    }
    peer.finish()
    var messages = 0
    while let line = try viewer.line() {
      #expect(VisibleText.complaint(about: line) == nil, "\(line)")
      if line.hasPrefix("{\"event\":\"message\",") { messages += 1 }
      if line.hasPrefix("{\"event\":\"disconnected\",") { break }
    }
    #expect(messages == HostileCorpus.payloads.count)
  }

  @Test("Without a control socket there is none, nor a folder for it")
  func noControl() throws {
    let server = try server(["--no-control"])
    #expect(folder.names == [])
    let ending = try server.end(SIGTERM)
    #expect(ending.code == 0 && !ending.error.contains("control"))
  }

  @Test("That there can be none is a notice, and the server runs; in JSON, and where the machine has no place, nothing")
  func notAvailable() throws {
    chmod(folder.path, 0o777)
    let server = try server()
    #expect(
      try server.end(SIGTERM).error.contains("echo_server: control: not available: \(folder.path) is not yours alone")
    )
    let json = try self.server(format: "json")
    #expect(try json.end(SIGTERM).error == "")
    chmod(folder.path, 0o700)
  }

  @Test("The name of a killed server is its successor's, and a file in its place stays", arguments: [true, false])
  func stale(_ isSocket: Bool) throws {
    let first = try server()
    first.program.signal(SIGKILL)
    _ = try first.program.waitForExit()
    let path = "\(folder.path)/echo/\(first.port).sock"
    if !isSocket {
      unlink(path)
      close(creat(path, 0o600))
    }
    let second = try RunningServer(port: first.port, runtimeDirectory: folder.path)
    let name = isSocket ? "\(second.port)" : "\(second.port)-\(second.program.identifier)"
    let viewer = try RunningViewer(folder, name)
    #expect(try viewer.record()["name"] as? String == name)
    _ = try second.end(SIGTERM)
    #expect(folder.names(in: "echo") == (isSocket ? [] : ["\(first.port).sock"]))
  }

  @Test("With the screen and the sandbox, too, the socket is there and goes")
  func screen() throws {
    let server = try ScreenServer(environment: ["XDG_RUNTIME_DIR": folder.path])
    let viewer = try RunningViewer(folder, "\(server.port)")
    _ = try viewer.record()
    try viewer.say("{\"attach\":\"now\"}")
    #expect(try viewer.record()["event"] as? String == "attached")
    try server.quit()
    #expect(try viewer.records(upTo: "stopped").count == 2)
    #expect(folder.names(in: "echo") == [])
  }

  @Test("The playground's server has none")
  func playground() throws {
    let program = try PlainProgram(Client.path, ["--no-tui"], environment: ["XDG_RUNTIME_DIR": folder.path])
    program.write("hello\n")
    try program.waitForLine(containing: "server reply")
    #expect(folder.names == [])
    program.closeInput()
    #expect(try program.ending().code == 0)
  }
}
