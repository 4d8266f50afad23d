import Glibc
import TestKit
import Testing

/// `echo_server` on a free port in plain mode, ready for peers.
final class RunningServer {
  let program: PlainProgram
  /// The first endpoint's port.
  let port: UInt16

  /// Waits until the server says that it is waiting; what it prints stays to be read.
  ///
  /// `port`: one that was free and is to be taken again; 0 is any. `fileBlocks`: how large its files may get, in blocks of
  /// 512 bytes. `runtimeDirectory`: where it puts its control socket.
  init(
    _ options: [String] = [],
    bind: [String] = ["127.0.0.1"],
    port wanted: UInt16 = 0,
    format: String = "text",
    fileBlocks: Int? = nil,
    runtimeDirectory: String? = nil
  ) throws {
    let environment = runtimeDirectory.map { ["XDG_RUNTIME_DIR": $0] } ?? [:]
    let path = Programs.path(named: "echo_server")
    let options = ["\(wanted)", "--no-tui", "--format", format] + bind.flatMap { ["--bind", $0] } + options
    if let fileBlocks {
      let limit = ["-c", "ulimit -f \(fileBlocks); exec \"$@\"", "sh", path]
      program = try PlainProgram("/bin/sh", limit + options, environment: environment)
    } else {
      program = try PlainProgram(path, options, environment: environment)
    }
    let line: String?
    if format == "text" {
      try #require(try program.readLine() == "waiting")
      line = try program.waitForLine(containing: "listening on", from: .error)
    } else {
      line = try program.readLine()
    }
    let digits = try #require(line).split(separator: ":").last?.prefix { $0.isNumber }
    port = try #require(digits.flatMap { UInt16($0) })
  }

  /// Waits for the server's end: its exit code, and both streams with ports, processes and times replaced.
  func end(_ signal: CInt? = nil) throws -> Ending {
    if let signal { program.signal(signal) }
    let code = try program.waitForExit()
    return Ending(code: code, output: normalized(program.outputText), error: normalized(program.errorText))
  }
}

/// All that is left of a program.
struct Ending: Hashable {
  var code: Int32
  var output: String
  var error: String
}

extension PlainProgram {
  func ending() throws -> Ending {
    let code = try waitForExit()
    return Ending(code: code, output: normalized(outputText), error: normalized(errorText))
  }
}

/// The text with what differs from run to run, and from kernel to kernel, replaced: ports, process numbers, moments, and
/// spans of time.
func normalized(_ text: String) -> String {
  text
    .replacing("echo_server: sandbox: not available on this kernel\n", with: "")
    .replacing(/(127\.0\.0\.1|\[::1\]|localhost):[0-9]+/) { "\($0.output.1):PORT" }
    .replacing(/pid [0-9]+/) { _ in "pid PID" }
    .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z/) { _ in "TIME" }
    .replacing(/[0-9]+\.[0-9]+ ms/) { _ in "N ms" }
}

/// Whether this machine has an IPv6 loopback.
let hasIPv6: Bool = {
  let probe = socket(AF_INET6, CInt(SOCK_DGRAM.rawValue), 0)
  guard probe >= 0 else { return false }
  defer { close(probe) }
  var address = sockaddr_in6()
  address.sin6_family = sa_family_t(AF_INET6)
  address.sin6_addr = in6addr_loopback
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(probe, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
    }
  }
}()

/// The port in the line with which a tool says that it listens.
func port(of server: PlainProgram) throws -> String {
  while let line = try server.readLine(from: .error) {
    guard line.contains("istening on") || line.contains("Bound on") else { continue }
    let digits = String(line.reversed().prefix { $0.isNumber }.reversed())
    if !digits.isEmpty { return digits }
  }
  throw ProgramError("no port in what the tool said\n\(server.story)")
}
