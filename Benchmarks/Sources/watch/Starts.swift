import CMeasuring
import Glibc
import Measuring

/// How long the programs and their neighbours take from their execution to what a user waits for, and what they cost then.
struct Starts {
  private struct Contender {
    let name: String
    /// What ends the wait, in words.
    let event: String
    let command: [String]
    /// Milliseconds from its execution to the event, and the memory that it has when nothing more happens.
    let start: (_ command: [String]) throws(Failure) -> (milliseconds: Double, memory: Double)
    var asked = ""
  }

  static let header = """
    | program | until | median ms | p90 ms | largest ms | idle RSS MiB | file MiB | asked |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
    """

  let programs: Programs
  let rounds: Int

  /// A row a program; all are started in turn, round by round.
  func rows() throws(Failure) -> [String] {
    let host = try RunningProgram(programs.serverCommand + ["--no-tui"], .nowhere)
    let contenders = try contenders(port: try host.port()).filter { Files.size(ofCommand: $0.command[0]) != nil }
    var times = [[Double]](repeating: [], count: contenders.count)
    var memories = times
    // The first round is for the caches, and for what a program writes when it is started for the first time.
    for round in 0...rounds {
      for (index, contender) in contenders.enumerated() {
        let (milliseconds, memory) = try contender.start(contender.command)
        guard round > 0 else { continue }
        times[index].append(milliseconds)
        memories[index].append(memory)
      }
    }
    return contenders.indices.map { index in
      func cell(_ value: Double?, _ digits: Int) -> String { value.map { Table.number($0, digits) } ?? "" }
      let contender = contenders[index]
      let file = Files.size(ofCommand: contender.command[0]).map { Double($0) / 1_048_576 }
      return Table.row([
        contender.name, contender.event, cell(times[index].median, 1), cell(times[index].percentile(0.9), 1),
        cell(times[index].max(), 1), cell(memories[index].median, 1), cell(file, 1), contender.asked,
      ])
    }
  }

  private func contenders(port: String) throws(Failure) -> [Contender] {
    [
      Contender(
        name: "echo_server --no-tui",
        event: "waiting",
        command: [programs.server, "--no-tui", "0"],
        start: Starts.untilWaiting,
        asked: "≤ 10 ms, ≤ 12 MiB"
      ),
      Contender(
        name: "nc -l",
        event: "it takes a connection",
        command: ["nc", "-l", "127.0.0.1", try Starts.freePort()],
        start: Starts.untilConnected
      ),
      Contender(
        name: "echo_server",
        event: "a complete frame",
        command: [programs.server, "0"],
        start: Starts.untilFrame,
        asked: "≤ 20 ms, ≤ 12 MiB"
      ),
      Contender(
        name: "echo_server",
        event: "its address shows",
        command: [programs.server, "0"],
        start: { command throws(Failure) in try Starts.untilShown("LISTEN", command) }
      ),
      Contender(
        name: "echo_client",
        event: "a complete frame",
        command: [programs.client, "127.0.0.1", port],
        start: Starts.untilFrame,
        asked: "≤ 20 ms, ≤ 12 MiB"
      ),
      Contender(
        name: "weechat",
        event: "its title shows",
        command: ["weechat", "--dir", Folder.path + "/weechat"],
        start: { command throws(Failure) in try Starts.untilShown("weechat.org", command) }
      ),
    ]
  }

  private static func untilWaiting(_ command: [String]) throws(Failure) -> (Double, Double) {
    let program = try RunningProgram(command, .pipe)
    _ = try program.text(until: "waiting\n")
    return (elapsed(program), settledMemory(program.process))
  }

  /// Asks for a connection again and again, which costs the started program's processor nothing.
  private static func untilConnected(_ command: [String]) throws(Failure) -> (Double, Double) {
    let program = try RunningProgram(command, .pipe)
    let port = UInt16(command.last ?? "") ?? 0
    while true {
      let descriptor = loopbackSocket(port, connect)
      guard descriptor < 0 else {
        defer { close(descriptor) }
        return (elapsed(program), settledMemory(program.process))
      }
      guard now_nanoseconds() - program.start < 5_000_000_000 else { throw Failure("\(command[0]) never listened") }
    }
  }

  private static func untilFrame(_ command: [String]) throws(Failure) -> (Double, Double) {
    try untilSeen(command) { $0.frames > 0 }
  }

  private static func untilShown(_ mark: String, _ command: [String]) throws(Failure) -> (Double, Double) {
    try untilSeen(command) { String(decoding: $0.text, as: UTF8.self).contains(mark) }
  }

  private static func untilSeen(
    _ command: [String],
    _ isThere: (OutputScanner) -> Bool
  ) throws(Failure) -> (Double, Double) {
    let watched = try WatchedProgram(command)
    guard watched.read(seconds: 5, until: { isThere(watched.scanner) }) else {
      throw Failure("\(command[0]) showed nothing")
    }
    let milliseconds = elapsed(watched.program)
    watched.read(seconds: 0.3)
    let memory = memory(watched.program.process)
    _ = watched.end()
    return (milliseconds, memory)
  }

  private static func elapsed(_ program: RunningProgram) -> Double {
    Double(now_nanoseconds() - program.start) / 1e6
  }

  private static func settledMemory(_ process: pid_t) -> Double {
    usleep(300_000)
    return memory(process)
  }

  /// The resident memory of a process, in MiB.
  private static func memory(_ process: pid_t) -> Double {
    let kibibytes = Files.field("VmRSS", of: Files.text("/proc/\(process)/status")).flatMap { Double($0) }
    return (kibibytes ?? 0) / 1024
  }

  private typealias SocketCall = (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt

  /// A socket that `call` has been done to, with an address on loopback; −1 if it failed.
  private static func loopbackSocket(_ port: UInt16, _ call: SocketCall) -> CInt {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let code = withUnsafeBytes(of: &address) { bytes in
      bytes.assumingMemoryBound(to: sockaddr.self).baseAddress.map { call(descriptor, $0, socklen_t(bytes.count)) }
        ?? -1
    }
    guard code == 0 else {
      close(descriptor)
      return -1
    }
    return descriptor
  }

  /// A port that nobody has, for a program that can't choose one.
  private static func freePort() throws(Failure) -> String {
    let descriptor = loopbackSocket(0, bind)
    guard descriptor >= 0 else { throw Failure("bind: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
      _ = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress.map { getsockname(descriptor, $0, &length) }
    }
    return "\(UInt16(bigEndian: address.sin_port))"
  }
}
