import Glibc
import TestKit
import Testing

/// `echo_monitor FILE --export`.
@Suite struct ExportTests {
  private let folder: TemporaryDirectory
  private var path: String { "\(folder.path)/recording" }

  init() throws { folder = try TemporaryDirectory() }

  private func run(_ arguments: [String]) throws -> PlainProgram {
    let program = try PlainProgram(Programs.path(named: "echo_monitor"), arguments)
    try program.waitForExit()
    return program
  }

  /// Records one run: two messages over TCP, one datagram, a stop.
  private func record(_ options: [String] = [], format: String = "json") throws -> RunningServer {
    let server = try RunningServer(["--record", path] + options, format: format)
    let stream = try SocketPeer(tcp: server.port)
    try stream.send("hello\nworld\n")
    _ = try stream.receive()
    stream.finish()
    _ = try stream.receiveToEnd()
    let datagram = try SocketPeer(udp: server.port)
    try datagram.send("datagram")
    _ = try datagram.receive()
    _ = try server.end(SIGTERM)
    return server
  }

  @Test("JSON lines are those that the server wrote, run after run")
  func json() throws {
    let written = try [record(), record(["--framing", "crlf"])].map(\.program.outputText)
    let program = try run([path, "--export", "jsonl"])
    #expect(program.outputText == written.joined())
    #expect(program.errorText == "")
  }

  @Test("Text is what the server wrote, with times")
  func text() throws {
    let server = try record(format: "text")
    let lines = try run([path, "--export", "text"]).outputText.split(separator: "\n").map { $0.dropFirst(28) }
    let written = server.program.outputText.split(separator: "\n")
    #expect(lines.filter { written.contains($0) } == written)
    #expect(lines.first == "listening on tcp 127.0.0.1:\(server.port)")
  }

  @Test("A new file gets what comes out, and none that is there is replaced")
  func outputFile() throws {
    _ = try record()
    let output = "\(folder.path)/out.jsonl"
    #expect(try run([path, "--export", "jsonl", "--output", output]).waitForExit() == 0)
    #expect(folder.contents(of: "out.jsonl") == (try run([path, "--export", "jsonl"]).outputText))
    #expect(folder.mode(of: "out.jsonl") == 0o600)
    let again = try run([path, "--export", "text", "--output", output])
    #expect(try again.waitForExit() == 74)
    #expect(again.errorText == "echo_monitor: \(output) exists\n")
  }

  /// Records so much that an export of it is more than a pipe holds.
  private func recordMuch() throws {
    let server = try RunningServer(["--record", path, "--quiet"])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(String(repeating: String(repeating: "x", count: 99) + "\n", count: 10_000))
    _ = try peer.receive(exactly: 30_000)
    _ = try server.end(SIGTERM)
  }

  @Test("What a signal cuts short is told by the exit code", arguments: [SIGINT, SIGTERM])
  func interrupted(_ signal: Int32) throws {
    try recordMuch()
    let program = try PlainProgram(Programs.path(named: "echo_monitor"), [path, "--export", "jsonl"])
    _ = try program.readLine()
    program.signal(signal)
    #expect(try program.waitForExit() == 74)
    #expect(program.errorText == "echo_monitor: interrupted: what came last is not in the output\n")
    #expect(program.output.last == 0x0A)
  }

  @Test("A reader that has enough ends it quietly")
  func head() throws {
    try recordMuch()
    let program = try PlainProgram(Programs.path(named: "echo_monitor"), [path, "--export", "jsonl"])
    _ = try program.readLine()
    program.close(.output)
    #expect(try program.waitForExit() == 0)
    #expect(program.errorText == "")
  }

  @Test("A signal leaves a file that is whole, or none", arguments: [SIGINT, SIGTERM])
  func interruptedFile(_ signal: Int32) throws {
    try recordMuch()
    let whole = try run([path, "--export", "text"]).outputText.utf8.count
    let creations = inotify_init1(CInt(IN_CLOEXEC))
    defer { close(creations) }
    inotify_add_watch(creations, folder.path, UInt32(IN_CREATE))
    let program = try PlainProgram(
      Programs.path(named: "echo_monitor"),
      [path, "--export", "text", "--output", "\(folder.path)/out.txt"]
    )
    // It is there before the first row is read.
    var event = [UInt8](repeating: 0, count: 4096)
    while folder.mode(of: "out.txt") == nil { #expect(read(creations, &event, event.count) > 0) }
    program.signal(signal)
    let code = try program.waitForExit()
    var status = stat()
    let isThere = stat("\(folder.path)/out.txt", &status) == 0
    if code == 0 {
      #expect(isThere && Int(status.st_size) == whole)
    } else {
      #expect(code == 74 && !isThere)
      #expect(program.errorText == "echo_monitor: interrupted: \(folder.path)/out.txt is not written\n")
    }
  }

  @Test("What can't be written is told, and no part of a file stays; a file needs nobody who reads the output")
  func unwritable() throws {
    try recordMuch()
    let monitor = Programs.path(named: "echo_monitor")
    let output = "\(folder.path)/out.txt"
    func shell(_ command: String) throws -> PlainProgram {
      let program = try PlainProgram("/bin/sh", ["-c", command, "sh", monitor, path, output])
      try program.waitForExit()
      return program
    }
    // The thread sanitizer's runtime needs larger files itself.
    if !Programs.areThreadSanitized {
      let limited = try shell("ulimit -f 100; exec \"$1\" \"$2\" --export text --output \"$3\"")
      #expect(try limited.waitForExit() == 74)
      #expect(limited.errorText == "echo_monitor: cannot write \(output): it would be larger than a file may be\n")
      #expect(!folder.names.contains("out.txt"))
    }
    let full = try shell("exec \"$1\" \"$2\" --export text >/dev/full")
    #expect(try full.waitForExit() == 74)
    #expect(full.errorText == "echo_monitor: cannot write the output: write: No space left on device\n")
    let unread = try shell("(\"$1\" \"$2\" --export text --output \"$3\"; echo $? >&2) | :")
    #expect(unread.errorText == "0\n")
    #expect(folder.mode(of: "out.txt") == 0o600)
  }

  @Test("Packets are refused to a terminal, and what is no recording is told")
  func refusals() throws {
    _ = try record()
    let terminal = try TerminalProgram(Programs.path(named: "echo_monitor"), [path, "--export", "pcapng"])
    #expect(try terminal.waitForExit() == 64)
    let missing = try run(["\(folder.path)/none", "--export", "text"])
    #expect(try missing.waitForExit() == 69)
    #expect(missing.errorText == "echo_monitor: cannot read \(folder.path)/none: it does not exist\n")
    #expect(try run(["--export", "text"]).waitForExit() == 64)
    #expect(try run([path, "--output", "x"]).waitForExit() == 64)
    #expect(try run([path, "--export", "text", "--control"]).waitForExit() == 64)
    #expect(try run([path, "--export", "text", "--from", "now"]).waitForExit() == 64)
  }

  @Test(
    "Wireshark reads the packets: as many as there are, each whole and with right checksums, and the stream is the talk",
    .enabled(if: Programs.tool(named: "tshark") != nil),
    arguments: [("ok", "OK"), ("echo", "hello")]
  )
  func packets(reply: String, answer: String) throws {
    _ = try record(["--reply", reply])
    let capture = "\(folder.path)/out.pcapng"
    try #require(try run([path, "--export", "pcapng", "--output", capture]).waitForExit() == 0)
    let tool = try #require(Programs.tool(named: "tshark"))
    let checks = ["-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    func shark(_ arguments: [String]) throws -> String {
      let program = try PlainProgram(tool, ["-n", "-r", capture] + checks + arguments)
      try program.waitForExit()
      return program.outputText
    }
    // The handshake, two messages and answers, the end; a datagram and its answer.
    let statuses = try shark(["-T", "fields", "-e", "tcp.checksum.status", "-e", "udp.checksum.status"])
    #expect(statuses.split(separator: "\n").map { $0.filter { $0 != "\t" } } == Array(repeating: "1", count: 12))
    let suspects = "_ws.malformed || tcp.analysis.flags || ip.checksum.status == 0 || _ws.expert.severity >= 0x600000"
    #expect(try shark(["-Y", suspects]) == "")
    let talk = try shark(["-q", "-z", "follow,tcp,ascii,0"])
    #expect(talk.contains("hello\n") && talk.contains("world\n"))
    #expect(talk.contains("\t\(answer.utf8.count + 1)\n\(answer)\n") || talk.contains("\n\t\(answer.utf8.count + 1)\n"))
  }
}
