import Glibc
import Measuring

/// How often the programs wake while nothing happens: their context switches, thread by thread.
struct Idle {
  static let header = """
    | program | screen | seconds | thread: switches |
    | --- | --- | ---: | --- |
    """

  /// The second one has no room for what changes with the clock alone.
  private static let sizes = [WatchedProgram.size, RunningProgram.Size(columns: 50, rows: 20)]

  let programs: Programs
  let seconds: Double

  func rows() throws(Failure) -> [String] {
    var rows = try plainRows()
    for size in Idle.sizes { rows += try screenRows(size) }
    return rows
  }

  private func plainRows() throws(Failure) -> [String] {
    let server = try RunningProgram(programs.serverCommand + ["--no-tui"], .nowhere)
    let port = try server.port()
    let client = try RunningProgram(
      [programs.client, "--no-tui", "127.0.0.1", port],
      core: Processors.other,
      .terminal(WatchedProgram.size)
    )
    // Its message is answered when it tells so.
    _ = try client.text(until: "to send")
    var message = Array("hello\n".utf8)
    _ = write(client.descriptor, &message, message.count)
    _ = try client.text(until: "reply")
    return rows(server.process, client.process, words: "none") { usleep(useconds_t($0 * 1e6)) }
  }

  private func screenRows(_ size: RunningProgram.Size) throws(Failure) -> [String] {
    let server = try WatchedProgram(programs.serverCommand, size: size)
    let port = try server.word(after: RunningProgram.loopback)
    let client = try WatchedProgram([programs.client, "127.0.0.1", port], size: size)
    guard client.read(seconds: 5, until: { client.scanner.frames > 0 }) else { throw Failure("no frame came") }
    client.read(seconds: 0.5)
    client.type("hello\r")
    // Until the answer has been shown.
    client.read(seconds: 0.5)
    return rows(server.program.process, client.program.process, words: "\(size.columns)×\(size.rows)") { seconds in
      server.read(seconds: seconds / 2)
      client.read(seconds: seconds / 2)
    }
  }

  private func rows(_ server: pid_t, _ client: pid_t, words: String, wait: (Double) -> Void) -> [String] {
    wait(2)
    let before = [Switches(of: server), Switches(of: client)]
    wait(seconds)
    let after = [Switches(of: server), Switches(of: client)]
    return zip(["echo_server", "echo_client"], zip(before, after)).map { name, pair in
      Table.row([name, words, Table.number(seconds, 0), pair.1.since(pair.0)])
    }
  }
}

/// The context switches of a process's threads until a moment, those that it wanted and those that it did not.
private struct Switches {
  private var counts: [(thread: String, name: String, count: Int)] = []

  init(of process: pid_t) {
    let folder = "/proc/\(process)/task"
    for thread in Files.names(in: folder).sorted(by: { $0.count == $1.count ? $0 < $1 : $0.count < $1.count }) {
      let status = Files.text("\(folder)/\(thread)/status")
      let name = Files.field("Name", of: status) ?? ""
      let fields = ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"]
      let count = fields.compactMap { Files.field($0, of: status).flatMap { Int($0) } }.reduce(0, +)
      counts.append((thread, name, count))
    }
  }

  func since(_ earlier: Switches) -> String {
    counts.map { thread in
      let before = earlier.counts.first { $0.thread == thread.thread }?.count ?? 0
      return "\(thread.name): \(thread.count - before)"
    }.joined(separator: ", ")
  }
}
