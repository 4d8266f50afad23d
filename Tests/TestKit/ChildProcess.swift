import CPseudoTerminal
import Glibc

/// A started process, killed and reaped at the latest with its owner.
struct ChildProcess: ~Copyable {
  let identifier: pid_t
  /// Readable when the process has ended, or -1.
  let endDescriptor: CInt
  private(set) var exitCode: Int32?
  private(set) var isStopped = false

  init(_ identifier: pid_t) {
    self.identifier = identifier
    endDescriptor = cpseudoterminal_process_descriptor(identifier)
  }

  deinit {
    if exitCode == nil {
      kill(identifier, SIGKILL)
      var status: CInt = 0
      while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    }
    if endDescriptor >= 0 { close(endDescriptor) }
  }

  /// Looks what became of the process; true once it has ended.
  mutating func refresh() -> Bool {
    guard exitCode == nil else { return true }
    var code: CInt = 0
    switch cpseudoterminal_state(identifier, &code) {
    case 1: exitCode = code
    case 2: isStopped = true
    default: break
    }
    return exitCode != nil
  }

  /// Whether it waits for something, as proc(5) has it.
  var isAsleep: Bool {
    guard let file = fopen("/proc/\(identifier)/stat", "r") else { return false }
    defer { fclose(file) }
    var state: CChar = 0
    return withUnsafeMutablePointer(to: &state) { withVaList([$0]) { vfscanf(file, "%*d %*s %c", $0) } } == 1
      && state == 0x53
  }

  mutating func send(_ signal: CInt) {
    guard !refresh() else { return }
    if signal == SIGCONT { isStopped = false }
    kill(identifier, signal)
  }

  /// Calls `body` with the arguments and the environment as execve(2) wants them.
  static func withVectors<Result>(
    _ arguments: [String],
    _ environment: [String: String],
    _ body: (
      _ arguments: UnsafePointer<UnsafeMutablePointer<CChar>?>,
      _ environment: UnsafePointer<UnsafeMutablePointer<CChar>?>
    ) -> Result
  ) -> Result {
    let words = arguments.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for copy in words + variables { free(copy) } }
    return body(words, variables)
  }
}

/// A point in time until which a test awaits something.
package struct Deadline {
  /// Seconds: long, for only a test that fails takes as much, and a busy machine is no failure.
  package static let patience = 60

  private let end = ContinuousClock.now + .seconds(patience)

  /// Milliseconds left for poll(2), at most `limit`; nil when the time is over.
  func milliseconds(atMost limit: CInt) -> CInt? {
    let left = ContinuousClock.now.duration(to: end)
    guard left > .zero else { return nil }
    return min(limit, CInt(clamping: Int64(left / .milliseconds(1)) + 1))
  }
}
