import CPseudoTerminal
import Glibc

/// A program in a terminal of its own: keys go in, a screen comes out.
///
/// The program is the leader of its session, as in a terminal's first window; job control needs a shell as the program.
package final class TerminalProgram {
  package let screen: VirtualTerminal
  /// Every byte that the program wrote.
  package private(set) var transcript: [UInt8] = []
  /// Every byte that the terminal itself answered to what the program wrote; the program read them too.
  package private(set) var replies: [UInt8] = []
  /// The terminal's modes before the program started.
  package let modesBefore: String
  private var process: ChildProcess
  private var master: CInt
  private let slave: CInt
  private var toWrite: [UInt8] = []
  private let home: TemporaryDirectory

  /// Starts the program at once; a nil in `environment` removes a variable of the standard ones.
  package init(
    _ path: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    columns: Int = 80,
    rows: Int = 24
  ) throws {
    home = try TemporaryDirectory()
    screen = VirtualTerminal(columns: columns, rows: rows)
    var ends: [CInt] = [-1, -1]
    let code = cpseudoterminal_open(CInt(columns), CInt(rows), &ends)
    guard code == 0 else { throw ProgramError("no pseudo-terminal: errno \(code)") }
    // The program changes them as soon as it runs.
    modesBefore = TerminalProgram.modes(of: ends[1])
    let variables = Programs.environment(home: home.path, changes: environment)
    let identifier = ChildProcess.withVectors([path] + arguments, variables) { [ends] arguments, environment in
      cpseudoterminal_start(path, arguments, environment, ends[1])
    }
    guard identifier > 0 else {
      for end in ends { close(end) }
      throw ProgramError("\(path): errno \(-identifier)")
    }
    process = ChildProcess(identifier)
    master = ends[0]
    slave = ends[1]
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    if master >= 0 { close(master) }
    close(slave)
  }

  package var identifier: Int32 { process.identifier }
  package var isRunning: Bool { !process.refresh() }

  /// Types the text as it is; Enter is `\r`.
  package func type(_ text: String) { type(Array(text.utf8)) }

  package func type(_ bytes: [UInt8]) {
    toWrite += bytes
    writeSome()
  }

  /// Presses a key, as xterm sends it.
  package func press(_ key: KeyBytes) { type(key.rawValue) }

  /// Presses Control and a letter.
  package func pressControl(_ letter: Character) { type([(letter.asciiValue ?? 0) & 0x1F]) }

  /// Presses Meta (Alt) and a character.
  package func pressMeta(_ character: Character) { type("\u{1B}\(character)") }

  /// Pastes, between the marks if the program asked for them.
  package func paste(_ text: String) {
    type(screen.privateModes.contains(2004) ? "\u{1B}[200~\(text)\u{1B}[201~" : text)
  }

  package func resize(columns: Int, rows: Int) {
    screen.resize(columns: columns, rows: rows)
    cpseudoterminal_resize(master, CInt(columns), CInt(rows))
  }

  package func signal(_ number: CInt) { process.send(number) }

  /// How many descriptors the program may have open from now on.
  package func limitDescriptors(to count: Int) throws {
    let code = cpseudoterminal_limit_descriptors(process.identifier, CInt(count))
    guard code == 0 else { throw ProgramError("prlimit: errno \(code)") }
  }

  /// Takes the terminal away, as a closed window or a lost connection does.
  package func hangUp() {
    // With the slave open in this process too, the kernel sees the hang-up by the master alone.
    if master >= 0 { close(master) }
    master = -1
  }

  /// Reads what the program paints until the screen is as awaited.
  package func waitForScreen(
    _ what: String = "the screen",
    until condition: (VirtualTerminal) -> Bool
  ) throws {
    try pump(until: what) { condition($0.screen) }
  }

  /// Waits until the text is there in a whole frame: what a test looks at next may be in the rest of the same one.
  package func waitForText(_ text: String) throws {
    try pump(until: "\"\(text)\"") { $0.screen.isSettled && $0.screen.contains(text) }
  }

  /// The first whole frame that is as awaited.
  package func picture(_ what: String, until condition: (VirtualTerminal) -> Bool) throws -> Picture {
    try waitForScreen(what) { $0.isSettled && condition($0) }
    return screen.picture
  }

  /// Waits until the program has stopped, as ^Z makes it.
  package func waitForStop() throws {
    try pump(until: "its stop", step: 5) {
      _ = $0.process.refresh()
      return $0.process.isStopped
    }
  }

  /// Waits until the program has ended: the exit code, or 128 + the signal that ended it.
  @discardableResult
  package func waitForExit() throws -> Int32 {
    try pump(until: "its end") { $0.process.refresh() }
    readAll()
    return process.exitCode ?? -1
  }

  /// Fills the terminal, so that it takes nothing more as long as nobody reads.
  package func fill() throws {
    let writer = open("/proc/self/fd/\(slave)", O_WRONLY | O_NONBLOCK | O_NOCTTY)
    guard writer >= 0 else { throw ProgramError("open: errno \(errno)") }
    defer { close(writer) }
    var refusals = 0
    while refusals < 20 {
      if write(writer, [0x78], 1) == 1 {
        refusals = 0
      } else {
        refusals += 1
        // The kernel makes room by moving bytes on, and tells nobody.
        poll(nil, 0, 5)
      }
    }
  }

  /// Waits until a program that paints without a pause sleeps, for nobody reads and the terminal takes no more.
  ///
  /// What poll(2) says of the terminal is no sign: the kernel makes room by moving bytes on, and wakes nobody for that.
  package func waitUntilStuck() throws {
    let deadline = Deadline()
    var looks = 0
    while looks < 5 {
      looks = process.isAsleep ? looks + 1 : 0
      guard let milliseconds = deadline.milliseconds(atMost: 5) else {
        throw ProgramError("waited \(Deadline.patience) s for it to be stuck\n\(story)")
      }
      // Nothing tells of it, and looking without a pause takes the time that the program needs.
      poll(nil, 0, milliseconds)
    }
  }

  /// Waits until the program has ended while nobody reads what it paints, as when the terminal is stalled.
  @discardableResult
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

  /// Waits for something that the screen does not show, reading what the program paints meanwhile.
  package func wait(for what: String, until condition: () -> Bool) throws {
    try pump(until: what, step: 10) { _ in condition() }
  }

  /// The terminal's modes now, as text to compare with `modesBefore`.
  package var modes: String { TerminalProgram.modes(of: slave) }

  /// What is not as it was before the program started: empty after a clean end.
  package var leftovers: [String] {
    var leftovers: [String] = []
    if modes != modesBefore { leftovers.append("modes \(modes), not \(modesBefore)") }
    if screen.isAlternateScreen { leftovers.append("alternate screen") }
    if !screen.isCursorVisible { leftovers.append("hidden cursor") }
    if screen.mouseMode != 0 { leftovers.append("mouse") }
    let modes = screen.privateModes.intersection([1, 1000, 1002, 1003, 1004, 1006, 1049, 2004, 2026])
    if !modes.isEmpty { leftovers.append("private modes \(modes.sorted())") }
    return leftovers
  }

  private static func modes(of descriptor: CInt) -> String {
    var text = [CChar](repeating: 0, count: 512)
    cpseudoterminal_modes(descriptor, &text, CInt(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func pump(
    until what: String,
    step: CInt = 1000,
    _ condition: (TerminalProgram) -> Bool
  ) throws {
    let deadline = Deadline()
    while !condition(self) {
      guard let milliseconds = deadline.milliseconds(atMost: process.endDescriptor < 0 ? 5 : step) else {
        throw ProgramError("waited \(Deadline.patience) s for \(what)\n\(story)")
      }
      guard !process.refresh() else {
        readAll()
        if condition(self) { return }
        throw ProgramError("it ended while waiting for \(what)\n\(story)")
      }
      let events = Int16(POLLIN | (toWrite.isEmpty ? 0 : POLLOUT))
      var entries = [
        pollfd(fd: master, events: events, revents: 0),
        pollfd(fd: process.endDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      poll(&entries, nfds_t(entries.count), milliseconds)
      if entries[0].revents & Int16(POLLOUT) != 0 { writeSome() }
      if entries[0].revents & ~Int16(POLLOUT) != 0 { _ = readSome() }
    }
  }

  private var story: String {
    """
    exit code: \(process.exitCode.map(String.init) ?? "still running")
    \(screen.picture)
    """
  }

  private func readAll() {
    while readSome() {}
  }

  private func readSome() -> Bool {
    guard master >= 0 else { return false }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, length in
      count = read(master, buffer.baseAddress, buffer.count)
      length = max(0, count)
    }
    transcript += bytes
    screen.feed(bytes)
    let answers = screen.takeReplies()
    replies += answers
    toWrite += answers
    if !toWrite.isEmpty { writeSome() }
    return count > 0
  }

  private func writeSome() {
    while !toWrite.isEmpty, master >= 0 {
      let count = write(master, toWrite, toWrite.count)
      guard count > 0 else { return }
      toWrite.removeFirst(count)
    }
  }
}

/// What xterm sends for the keys that have no character.
package enum KeyBytes: String, Sendable {
  case enter = "\r"
  case tab = "\t"
  case escape = "\u{1B}"
  case backspace = "\u{7F}"
  case delete = "\u{1B}[3~"
  case up = "\u{1B}OA"
  case down = "\u{1B}OB"
  case right = "\u{1B}OC"
  case left = "\u{1B}OD"
  case home = "\u{1B}OH"
  case end = "\u{1B}OF"
  case pageUp = "\u{1B}[5~"
  case pageDown = "\u{1B}[6~"
  case function1 = "\u{1B}OP"
}
