import CMeasuring
package import Glibc

/// A program that runs beside this one, on a terminal or with what it prints in a pipe; ended when it is let go.
package final class RunningProgram {
  package enum Output {
    case terminal(Size)
    /// Its standard output is read, or goes nowhere; its standard error is kept, however much nobody asks for.
    case pipe, nowhere
  }

  package struct Size {
    package let columns: CInt
    package let rows: CInt

    package init(columns: CInt, rows: CInt) { (self.columns, self.rows) = (columns, rows) }
  }

  package let process: pid_t
  /// The other end of its terminal or pipe.
  package let descriptor: CInt
  /// When it was executed, as `now_nanoseconds` tells it.
  package let start: UInt64
  private let errors: CInt
  private var hasEnded = false
  /// From its start to its end, and how much of that it spent on a processor.
  package private(set) var seconds = 0.0
  package private(set) var processorSeconds = 0.0

  /// `core`: the processor that it may run on (−1: any); `input`: the file that it reads.
  package init(
    _ command: [String],
    core: CInt = Processors.measured,
    input: String = "/dev/null",
    _ output: Output
  ) throws(Failure) {
    var ours: CInt = -1
    var streams = streams(input: -1, output: -1, errors: -1)
    var isOnTerminal = false
    switch output {
    case .terminal(let size):
      let code = open_terminal(&ours, &streams.input, size.columns, size.rows)
      guard code == 0 else { throw Failure("openpty: \(String(cString: strerror(code)))") }
      (streams.output, streams.errors, isOnTerminal) = (streams.input, streams.input, true)
      errors = -1
    case .pipe, .nowhere:
      if case .pipe = output { (ours, streams.output) = try RunningProgram.makePipe() }
      streams.input = open(input, O_RDONLY | O_CLOEXEC)
      errors = open_memory()
      streams.errors = errors
    }
    var program = program()
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    let code = program_start(&program, &words, core, streams, isOnTerminal)
    for word in words { free(word) }
    for descriptor in Set([streams.input, streams.output]) where descriptor >= 0 { close(descriptor) }
    (process, descriptor, start) = (program.process, ours, program.start_nanoseconds)
    guard code == 0 else {
      waitpid(process, nil, 0)
      hasEnded = true
      throw Failure("\(command[0]): \(String(cString: strerror(code)))")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    end()
    if errors >= 0 { close(errors) }
  }

  private static func makePipe() throws(Failure) -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// The path of a program that lies where this one does.
  package static func beside(_ name: String) -> String {
    let parts = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
    return (parts.dropLast() + [Substring(name)]).joined(separator: "/")
  }

  /// What there is to read now, at most so many bytes, waiting for it; nil at the end.
  package func read(limit: Int = 65_536) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, limit))
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Whether there is something to read within so many milliseconds.
  package func isReadable(within milliseconds: CInt) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  /// Everything that it prints until it has printed `mark`.
  package func text(until mark: String) throws(Failure) -> String {
    var bytes: [UInt8] = []
    while let more = read() {
      bytes += more
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains(mark) { return text }
    }
    throw Failure("it ended: \(String(decoding: bytes, as: UTF8.self)) \(errorText)")
  }

  /// Everything that it prints until it ends; throws when it ends in error.
  package func output() throws(Failure) -> String {
    var bytes: [UInt8] = []
    while let more = read() { bytes += more }
    let status = wait()
    guard status == 0 else { throw Failure("it ended with \(status): \(errorText)") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first line on its standard error that has `mark`.
  package func errorLine(with mark: String, seconds: Int = 10) throws(Failure) -> String {
    for _ in 0..<(seconds * 1000) {
      let lines = errorText.split(separator: "\n", omittingEmptySubsequences: false)
      if let line = lines.dropLast().first(where: { $0.contains(mark) }) { return String(line) }
      guard isRunning else { throw Failure("it ended: \(errorText)") }
      usleep(1000)
    }
    throw Failure("it never told \"\(mark)\": \(errorText)")
  }

  /// The port that a server has told on its standard error.
  package func port() throws(Failure) -> String {
    let line = try errorLine(with: RunningProgram.loopback)
    let range = line.firstRange(of: RunningProgram.loopback)
    return String(line[(range?.upperBound ?? line.startIndex)...].prefix { $0.isNumber })
  }

  package static let loopback = "127.0.0.1:"

  private var errorText: String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, pread(errors, buffer.baseAddress, buffer.count, 0))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether it has not ended yet.
  package var isRunning: Bool {
    var information = siginfo_t()
    return !hasEnded && waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT | WNOHANG) == 0
      && information.si_signo == 0
  }

  package func askToEnd() { kill(process, SIGTERM) }

  /// Ends it as a user would, and waits for that.
  package func end() {
    guard !hasEnded else { return }
    askToEnd()
    for _ in 0..<5000 where isRunning { usleep(1000) }
    if isRunning { kill(process, SIGKILL) }
    wait()
  }

  /// Waits for its end; gives its exit code, of a signal the negative number.
  @discardableResult package func wait() -> CInt {
    hasEnded = true
    var status: CInt = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0, errno == EINTR {}
    seconds = Double(now_nanoseconds() - start) / 1e9
    for time in [usage.ru_utime, usage.ru_stime] {
      processorSeconds += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }
}
