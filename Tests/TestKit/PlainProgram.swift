import CPseudoTerminal
import Glibc

/// A program on three pipes, as a script would run it: a program under test, or a tool of the system.
package final class PlainProgram {
  package enum Stream: Sendable { case output, error }

  private var process: ChildProcess
  private var inputEnd: CInt
  private var ends: [CInt]
  private var toWrite: [UInt8] = []
  private var closesInput = false
  private var received: [[UInt8]] = [[], []]
  private var consumed = [0, 0]
  private let home: TemporaryDirectory

  /// Starts the program at once; a nil in `environment` removes a variable of the standard ones, and it gets copies of the
  /// `passed` descriptors from 3 on.
  package init(
    _ path: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    passed: [CInt] = []
  ) throws {
    home = try TemporaryDirectory()
    Glibc.signal(SIGPIPE, SIG_IGN)
    var ends: [CInt] = [-1, -1, -1]
    let variables = Programs.environment(home: home.path, changes: environment)
    let identifier = ChildProcess.withVectors([path] + arguments, variables) { arguments, environment in
      cpseudoterminal_start_plain(path, arguments, environment, passed, CInt(passed.count), &ends)
    }
    guard identifier > 0 else { throw ProgramError("\(path): errno \(-identifier)") }
    process = ChildProcess(identifier)
    inputEnd = ends[0]
    self.ends = [ends[1], ends[2]]
  }

  deinit {
    for end in ends + [inputEnd] where end >= 0 { Glibc.close(end) }
  }

  package var identifier: Int32 { process.identifier }
  package var isRunning: Bool { !process.refresh() }

  /// Everything that came so far.
  package var output: [UInt8] { received[0] }
  package var error: [UInt8] { received[1] }
  package var outputText: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: error, as: UTF8.self) }

  /// Writes to the program's input; what does not fit now goes out while something is awaited.
  package func write(_ text: String) { write(Array(text.utf8)) }

  package func write(_ bytes: [UInt8]) {
    toWrite += bytes
    writeSome()
  }

  /// End of input, once everything is written.
  package func closeInput() {
    closesInput = true
    writeSome()
  }

  /// Stops reading a stream, as `head` does when it has what it wants.
  package func close(_ stream: Stream) {
    let index = stream == .output ? 0 : 1
    if ends[index] >= 0 { Glibc.close(ends[index]) }
    ends[index] = -1
  }

  package func signal(_ number: CInt) { process.send(number) }

  /// The next line without its line feed, or what is left of an unterminated one at the end; nil when there is no more.
  package func readLine(from stream: Stream = .output) throws -> String? {
    let index = stream == .output ? 0 : 1
    try pump(until: "a line from \(stream)") {
      $0.received[index][$0.consumed[index]...].contains(0x0A) || $0.ends[index] < 0
    }
    let rest = received[index][consumed[index]...]
    guard !rest.isEmpty else { return nil }
    let line = rest.prefix { $0 != 0x0A }
    consumed[index] = min(line.endIndex + 1, received[index].count)
    return String(decoding: line, as: UTF8.self)
  }

  /// Reads lines until one contains the text, and returns that one.
  @discardableResult
  package func waitForLine(containing text: String, from stream: Stream = .output) throws -> String {
    while let line = try readLine(from: stream) {
      if line.contains(text) { return line }
    }
    throw ProgramError("no line with \(text) on \(stream)\n\(story)")
  }

  /// Waits until so much came in all.
  package func waitForOutput(from stream: Stream = .output, until condition: ([UInt8]) -> Bool) throws {
    let index = stream == .output ? 0 : 1
    try pump(until: "enough \(stream)") { condition($0.received[index]) }
  }

  /// Waits until the program has ended and all its output is here: the exit code, or 128 + the signal that ended it.
  @discardableResult
  package func waitForExit() throws -> Int32 {
    try pump(until: "its end") { $0.process.refresh() && $0.ends.allSatisfy { $0 < 0 } }
    return process.exitCode ?? -1
  }

  /// Waits until the program has ended, without reading what it writes meanwhile.
  package func waitForExitWithoutReading() throws -> Int32 {
    let deadline = Deadline()
    while !process.refresh() {
      guard let milliseconds = deadline.milliseconds(atMost: process.endDescriptor >= 0 ? 1000 : 5) else {
        throw ProgramError("waited \(Deadline.patience) s for its end\n\(story)")
      }
      var entry = pollfd(fd: process.endDescriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, milliseconds)
    }
    return process.exitCode ?? -1
  }

  /// What the program said so far, for a failure's text.
  package var story: String {
    """
    exit code: \(process.exitCode.map(String.init) ?? "still running")
    --- output (\(output.count) bytes)
    \(String(decoding: output.suffix(4000), as: UTF8.self))
    --- error (\(error.count) bytes)
    \(String(decoding: error.suffix(4000), as: UTF8.self))
    """
  }

  private func pump(until what: String, _ condition: (PlainProgram) -> Bool) throws {
    let deadline = Deadline()
    while !condition(self) {
      let fast = process.endDescriptor < 0 && ends.allSatisfy { $0 < 0 }
      guard let milliseconds = deadline.milliseconds(atMost: fast ? 5 : 1000) else {
        throw ProgramError("waited \(Deadline.patience) s for \(what)\n\(story)")
      }
      var entries = ends.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      entries.append(pollfd(fd: toWrite.isEmpty ? -1 : inputEnd, events: Int16(POLLOUT), revents: 0))
      // Once it has ended its descriptor stays readable: what is left is to read its output.
      entries.append(
        pollfd(fd: process.exitCode == nil ? process.endDescriptor : -1, events: Int16(POLLIN), revents: 0)
      )
      poll(&entries, nfds_t(entries.count), milliseconds)
      for index in 0...1 where entries[index].revents != 0 { readSome(index) }
      if entries[2].revents != 0 { writeSome() }
      _ = process.refresh()
    }
  }

  private func readSome(_ index: Int) {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, length in
      count = read(ends[index], buffer.baseAddress, buffer.count)
      length = max(0, count)
    }
    received[index] += bytes
    guard count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) else { return }
    close(index == 0 ? .output : .error)
  }

  private func writeSome() {
    while !toWrite.isEmpty, inputEnd >= 0 {
      let count = Glibc.write(inputEnd, toWrite, toWrite.count)
      if count > 0 {
        toWrite.removeFirst(count)
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        toWrite = []
      }
    }
    guard closesInput, inputEnd >= 0 else { return }
    Glibc.close(inputEnd)
    inputEnd = -1
  }
}
