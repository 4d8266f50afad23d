import Glibc

/// A program that runs beside this one, with its two outputs in pipes or nowhere.
final class ChildProcess {
  enum Output { case pipe, nowhere }

  struct Failure: Error { let text: String }

  /// The two ends of a pipe; −1 for none.
  private struct Pipe {
    var reading: CInt = -1
    var writing: CInt = -1

    init(_ output: Output) throws(Failure) {
      guard output == .pipe else { return }
      var ends: [CInt] = [-1, -1]
      guard pipe(&ends) == 0 else { throw Failure(text: "pipe: \(String(cString: strerror(errno)))") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (reading, writing) = (ends[0], ends[1])
    }

    func give(as descriptor: CInt, _ actions: inout posix_spawn_file_actions_t) {
      if writing >= 0 {
        posix_spawn_file_actions_adddup2(&actions, writing, descriptor)
      } else {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
      }
    }
  }

  let identifier: pid_t
  private let standardOutput: CInt
  private let standardError: CInt
  private let begin = ContinuousClock.now
  private var hasEnded = false
  /// From its start to its end, and how much of that it spent on a processor.
  private(set) var seconds = 0.0
  private(set) var processorSeconds = 0.0

  /// `core`: the processor that it may run on; `input`: the file that it reads.
  init(
    _ command: [String],
    core: Int? = nil,
    input: String = "/dev/null",
    output: Output = .pipe,
    error: Output = .pipe
  ) throws(Failure) {
    let outputPipe = try Pipe(output)
    let errorPipe = try Pipe(error)
    standardOutput = outputPipe.reading
    standardError = errorPipe.reading
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
    outputPipe.give(as: STDOUT_FILENO, &actions)
    errorPipe.give(as: STDERR_FILENO, &actions)
    let command = (core.map { ["taskset", "-c", "\($0)"] } ?? []) + command
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var identifier: pid_t = 0
    let code = posix_spawnp(&identifier, command[0], &actions, nil, &words, environ)
    self.identifier = identifier
    posix_spawn_file_actions_destroy(&actions)
    for word in words { free(word) }
    for descriptor in [outputPipe.writing, errorPipe.writing] where descriptor >= 0 { close(descriptor) }
    guard code == 0 else {
      hasEnded = true
      throw Failure(text: "\(command[0]): \(String(cString: strerror(code)))")
    }
  }

  deinit {
    end()
    for descriptor in [standardOutput, standardError] where descriptor >= 0 { close(descriptor) }
  }

  /// Everything that it prints until it ends; throws when it ends in error.
  func output() throws(Failure) -> String {
    let output = text(standardOutput)
    let status = wait()
    guard status == 0 else { throw Failure(text: "it ended with \(status): \(text(standardError))") }
    return output
  }

  /// The first line on its standard error that has `mark`.
  func errorLine(with mark: String) throws(Failure) -> String {
    var bytes: [UInt8] = []
    while let more = read(standardError) {
      bytes += more
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      if let line = lines.dropLast().first(where: { $0.firstRange(of: mark) != nil }) { return String(line) }
    }
    throw Failure(text: "it ended: \(String(decoding: bytes, as: UTF8.self))")
  }

  /// Ends it as a user would, and waits for that.
  func end() {
    guard !hasEnded else { return }
    kill(identifier, SIGTERM)
    wait()
  }

  /// The most memory that it takes until it ends, in bytes: what the kernel would tell at the end has this program's own
  /// memory in it, from before the start of the other.
  func mostMemory() -> Int {
    var memory = 0
    var information = siginfo_t()
    while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT | WNOHANG) == 0, information.si_signo == 0 {
      memory = max(memory, ChildProcess.mostMemory(of: identifier))
      usleep(2000)
    }
    return memory
  }

  private static func mostMemory(of process: pid_t) -> Int {
    guard let file = fopen("/proc/\(process)/status", "r") else { return 0 }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 << 10 } ?? 0
    }
    return 0
  }

  /// Waits for its end; gives its exit code, of a signal the negative number.
  @discardableResult func wait() -> CInt {
    hasEnded = true
    var status: CInt = 0
    var usage = rusage()
    while wait4(identifier, &status, 0, &usage) < 0, errno == EINTR {}
    seconds = (ContinuousClock.now - begin) / .seconds(1)
    for time in [usage.ru_utime, usage.ru_stime] {
      processorSeconds += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }

  private func text(_ descriptor: CInt) -> String {
    var bytes: [UInt8] = []
    while let more = read(descriptor) { bytes += more }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func read(_ descriptor: CInt) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    return count > 0 ? Array(buffer[..<count]) : nil
  }
}
