import Glibc
import programs

/// A program that runs beside this one, on a terminal or with what it prints in a pipe; ended when it is let go.
final class RunningProgram {
  enum Output {
    case terminal(Size)
    /// The one stream is read, the other one goes nowhere.
    case standardOutput, standardError
  }

  struct Size {
    let columns: CInt
    let rows: CInt
  }

  let process: pid_t
  /// The other end of its terminal or pipe.
  let descriptor: CInt
  /// When it was executed, as `programs_clock` tells it.
  let start: UInt64
  private var hasEnded = false

  init(_ command: [String], core: CInt = Processors.watched, _ output: Output) throws(Failure) {
    var program = program()
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let code =
      switch output {
      case .terminal(let size): program_start(&program, &words, core, PROGRAM_TERMINAL, size.columns, size.rows)
      case .standardOutput: program_start(&program, &words, core, PROGRAM_OUTPUT, 0, 0)
      case .standardError: program_start(&program, &words, core, PROGRAM_ERRORS, 0, 0)
      }
    guard code == 0 else { throw Failure("\(command[0]): \(String(cString: strerror(code)))") }
    (process, descriptor, start) = (program.process, program.descriptor, program.start_nanoseconds)
  }

  deinit {
    close(descriptor)
    end()
  }

  /// What there is to read now, at most so many bytes, waiting for it; nil at the end.
  func read(limit: Int = 65_536) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, limit))
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Whether there is something to read within so many milliseconds.
  func isReadable(within milliseconds: CInt) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  /// Everything that it prints until it has printed `mark`.
  func text(until mark: String) throws(Failure) -> String {
    var bytes: [UInt8] = []
    while let more = read() {
      bytes += more
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains(mark) { return text }
    }
    throw Failure("it ended: \(String(decoding: bytes, as: UTF8.self))")
  }

  func askToEnd() { kill(process, SIGTERM) }

  /// Ends it as a user would, and waits for that.
  func end() {
    guard !hasEnded else { return }
    hasEnded = true
    askToEnd()
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }
}
