import CNcurses
import Screen

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The user's editor at work on a text, in the foreground of a terminal that was left to it.
///
/// It and what it runs are a process group of their own, as under a shell: ^C there is not for this program, and a ^Z is
/// passed on by `stopJob`. The text is in a file of the user's alone, which is removed in `deinit`; an editor that still runs
/// is killed there.
package struct Editor: ~Copyable {
  package enum State: Sendable {
    case running
    /// It was stopped since the last look.
    case stopped
    case ended(Result<String, EditorError>)
  }

  /// Bytes of a text that is taken back.
  package static let textLimit = 1 << 20

  private let command: String
  private let path: String
  private let terminal: CInt
  /// The process, and its group.
  private let process: CInt
  private var hasEnded = false

  /// Gives the text to `command`, which a shell reads, in a new file in the first of `folders` that takes one.
  package init(
    text: String,
    terminal: CInt,
    command: String = Editor.command(),
    folders: [String] = Editor.folders()
  ) throws(EditorError) {
    let path = try Editor.file(with: text, folders)
    // Not every shell becomes the last program that it runs: it has to outlive signals that the editor gets on with.
    let process = cncurses_child_start("trap : HUP INT QUIT TERM; \(command) \"$1\"", "sh", path)
    guard process > 0 else {
      unlink(path)
      throw .notStarted(SystemCallError(call: "posix_spawn", code: -process))
    }
    self.command = command
    self.path = path
    self.terminal = terminal
    self.process = process
    resume()
  }

  deinit {
    if !hasEnded {
      var code: CInt = 0
      kill(-process, SIGKILL)
      // A process that even that does not end at once is not waited for.
      _ = cncurses_child_state(process, &code)
      cncurses_foreground(terminal, 0)
    }
    unlink(path)
  }

  /// What the user edits with: `$VISUAL`, `$EDITOR`, or vi.
  package static func command(variable: (String) -> String? = Surroundings.variable) -> String {
    variable("VISUAL") ?? variable("EDITOR") ?? "vi"
  }

  /// Where the file can be, the best place first: in `XDG_RUNTIME_DIR` it never comes to a disk.
  package static func folders(variable: (String) -> String? = Surroundings.variable) -> [String] {
    [variable("XDG_RUNTIME_DIR"), variable("TMPDIR"), "/tmp"].compactMap { $0 }
  }

  /// Looks what became of it, after SIGCHLD; the text comes without the line feed at its end.
  package mutating func look() -> State {
    guard !hasEnded else { return .running }
    var code: CInt = 0
    switch cncurses_child_state(process, &code) {
    case 0: return .running
    case 2: return .stopped
    default: break
    }
    hasEnded = true
    cncurses_foreground(terminal, 0)
    do throws(EditorError) {
      if code == 127 { throw .notFound(command) }
      if code != 0 { throw code > 128 ? .killed(signal: code - 128) : .failed(code: code) }
      return .ended(.success(try text()))
    } catch {
      return .ended(.failure(error))
    }
  }

  /// Asks it to end, as at a hang-up: editors then save what they have for a later recovery.
  package func hangUp() {
    kill(-process, SIGHUP)
    // One that is stopped takes note only when it runs.
    kill(-process, SIGCONT)
  }

  /// Asks it to stop, as ^Z does.
  package func stop() { kill(-process, SIGTSTP) }

  /// Stops this program's job too, now that the editor has stopped; returns when it is continued, for `resume`. Where no
  /// shell could see the job stop, the editor goes on instead.
  package func stopJob() {
    guard getpgrp() != getsid(0) else { return resume() }
    cncurses_foreground(terminal, 0)
    cncurses_signals_stop_job()
  }

  /// Lets it go on in the foreground, after a SIGCONT for this program.
  package func resume() {
    // Continued in the background (bg), this program may not take the terminal from the shell: it stops again.
    let foreground = tcgetpgrp(terminal)
    guard foreground < 0 || foreground == getpgrp() || foreground == process else { return cncurses_signals_stop_job() }
    cncurses_foreground(terminal, process)
    kill(-process, SIGCONT)
  }

  private static func file(with text: String, _ folders: [String]) throws(EditorError) -> String {
    var error = SystemCallError(call: "open", code: ENOENT)
    for folder in folders {
      let path = "\(folder)/echo-message-\(String(UInt64.random(in: .min ... .max), radix: 36))"
      let file = Descriptor(creating: path)
      do throws(SystemCallError) {
        guard file.isOpen else { throw SystemCallError(call: "open") }
        // Editors take a last line without an end for something special, and give it one.
        try file.write(Array(text.utf8) + (text.isEmpty ? [] : [0x0a]))
        return path
      } catch let failure {
        if file.isOpen { unlink(path) }
        error = failure
      }
    }
    throw .noFile(error)
  }

  /// What the file of that name, which may be another one by now, holds.
  private func text() throws(EditorError) -> String {
    let file = Descriptor(number: open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC))
    guard file.isOpen else { throw .unreadable(SystemCallError(call: "open")) }
    guard let status = file.status, status.st_mode & S_IFMT == S_IFREG else { throw .noText }
    var bytes = file.read(Editor.textLimit + 2, from: 0)
    if bytes.last == 0x0a { bytes.removeLast() }
    guard bytes.count <= Editor.textLimit else { throw .tooLong }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .noText }
    return text
  }
}

/// Why no text came back from an editor.
package enum EditorError: Error, Hashable, CustomStringConvertible {
  case noFile(SystemCallError)
  case notStarted(SystemCallError)
  case notFound(String)
  case failed(code: CInt)
  case killed(signal: CInt)
  case unreadable(SystemCallError)
  case tooLong
  case noText

  /// A clause that is safe to show.
  package var description: String {
    switch self {
    case .noFile(let error): "no file for the editor (\(error))"
    case .notStarted(let error): "the editor could not be started (\(error))"
    case .notFound(let command): "the editor \(Printable.text(command.utf8)) was not found"
    case .failed(let code): "the editor ended with exit code \(code)"
    case .killed(let signal): "the editor was ended by signal \(signal)"
    case .unreadable(let error): "what was edited could not be read (\(error))"
    case .tooLong: "what was edited is longer than 1 MiB"
    case .noText: "what was edited is not UTF-8 text"
    }
  }
}
