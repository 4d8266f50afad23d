import CNcurses
package import Screen

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The one owner of ncurses and of the terminal: keys come in, pictures go out, and everything is restored at the end,
/// whatever the end is: `deinit`, exit(3), or a fatal signal.
///
/// For one thread. Nothing in it blocks: a terminal that takes no more bytes makes `paint` return false.
package struct Terminal: ~Copyable {
  /// The bounds of what is painted on, whatever the terminal says.
  package static let maximumSize = Size(columns: 2000, rows: 1000)

  /// How long a terminal that takes nothing is waited for when it is given back.
  private static let farewell = Duration.milliseconds(200)

  /// The character encoding is UTF-8; if not, what is outside of it shows as `?`: draw with ASCII.
  package let isUTF8: Bool
  /// 0, 8, 16 or 256; colours of a style beyond them become the nearest there is.
  package let colours: Int
  package private(set) var size: Size
  /// The terminal hung up, or its input ended: nothing will come or go any more.
  package var isClosed: Bool { inputEnded || output.isClosed }

  private let input: CInt
  private var output: StandardOutput
  private var decoder = InputDecoder()
  private var lastInput = ContinuousClock.now
  private var inputEnded = false
  private var painted: Surface?
  private var cells: [cncurses_cell] = []
  private var isMouseOn = false
  private var isEntered = false
  private let sequences: TerminalSequences

  /// Why there can be no full screen on these streams, in a few words; nil if there can.
  package static func obstacle(
    input: CInt = STDIN_FILENO,
    output: CInt = STDOUT_FILENO,
    name: String? = environmentName
  ) -> String? {
    guard isatty(input) == 1 else { return "standard input is not a terminal" }
    guard isatty(output) == 1 else { return "standard output is not a terminal" }
    guard let name, !name.isEmpty else { return "TERM is not set" }
    switch cncurses_terminal_check(name, output) {
    case 0: return nil
    case 1: return "the terminal type \"\(Printable.text(name.utf8))\" (TERM) is unknown"
    default: return "the terminal type \"\(Printable.text(name.utf8))\" (TERM) can't place the cursor"
    }
  }

  /// The terminal's type, as TERM has it.
  package static var environmentName: String? { getenv("TERM").map { String(cString: $0) } }

  /// Takes the terminal: raw mode (every key comes as itself), alternate screen, bracketed paste, focus reports; no mouse.
  package init(
    input: CInt = STDIN_FILENO,
    output: CInt = STDOUT_FILENO,
    name: String? = environmentName
  ) throws(TerminalError) {
    if let obstacle = Terminal.obstacle(input: input, output: output, name: name) { throw .obstacle(obstacle) }
    let isUTF8 = cncurses_locale_set()
    let size = Terminal.size(of: output)
    var code = cncurses_modes_save(input)
    if code == 0 { code = cncurses_screen_open(name, CInt(size.columns), CInt(size.rows)) }
    guard code == 0 else { throw .failed(SystemCallError(call: "newterm", code: code)) }
    self.isUTF8 = isUTF8
    self.size = size
    self.input = input
    self.output = StandardOutput(descriptor: output)
    colours = Int(cncurses_screen_colours())
    sequences = TerminalSequences()
    enter()
  }

  deinit {
    var output = output
    if isEntered { Terminal.leave(&output, input: input, sequences) }
    cncurses_screen_close()
  }

  /// What to wait on for `read`, and what to wait on (writable) after a `paint` that returned false.
  package var inputDescriptor: CInt { input }
  package var outputDescriptor: CInt { output.descriptor }

  /// How long to wait for the rest of a key before `read` makes something of what is there; nil if no key has begun.
  package var pendingTimeout: Duration? {
    decoder.pendingTimeout.map { max(.zero, $0 - lastInput.duration(to: .now)) }
  }

  /// What was typed since the last call; never blocks. Call it when the input is ready (a hang-up included: it makes
  /// `isClosed`) and when `pendingTimeout` is over.
  package mutating func read() -> [InputEvent] {
    guard !inputEnded else { return [] }
    guard Waiter.isReady(input, for: .readable) else {
      guard let left = pendingTimeout, left == .zero else { return [] }
      return decoder.timeOut()
    }
    switch try? StandardInput(descriptor: input).read() {
    case .bytes(let bytes):
      lastInput = .now
      return decoder.decode(bytes)
    case .notYet: return []
    case .end, nil:
      inputEnded = true
      return decoder.timeOut()
    }
  }

  /// Writes what the terminal has not taken yet; false: it takes no more for now, and a picture could not be painted.
  package mutating func flush() -> Bool { (try? output.flushWithoutBlocking()) ?? true }

  /// Makes the terminal show the surface, writing only what differs from what it shows. False: the terminal takes no more
  /// for now; paint again, whatever is newest then, once `outputDescriptor` is writable.
  package mutating func paint(_ surface: Surface) -> Bool {
    guard flush() else { return false }
    guard !isClosed, surface != painted else { return true }
    let old = painted?.size == surface.size ? painted : nil
    let cellGuard = CellGuard(isUTF8: isUTF8)
    for row in 0..<size.rows {
      let isInside = row < surface.size.rows
      if let old, !isInside || old.row(row) == surface.row(row) { continue }
      cellGuard.fill(&cells, from: isInside ? surface.row(row) : ArraySlice<Cell>(), columns: size.columns)
      cncurses_screen_put(CInt(row), cells, CInt(cells.count))
    }
    let cursor = surface.cursor.flatMap { isInside($0) ? $0 : nil }
    cncurses_screen_cursor(CInt(cursor?.column ?? -1), CInt(cursor?.row ?? -1))
    painted = surface
    return write()
  }

  /// Paints everything anew next time, whatever the terminal shows.
  package mutating func redraw() {
    cncurses_screen_forget()
    painted = nil
  }

  /// Asks the terminal for its size (after SIGWINCH) and has everything painted anew: even the same size may have been
  /// another one in between, which cost the terminal a part of its picture. True if it is another one.
  @discardableResult
  package mutating func resize() -> Bool {
    let new = Terminal.size(of: output.descriptor)
    redraw()
    guard new != size else { return false }
    size = new
    cncurses_screen_resize(CInt(new.columns), CInt(new.rows))
    return true
  }

  /// Whether the mouse is the program's; while it is, the terminal's own selection needs Shift.
  package mutating func setMouse(_ isOn: Bool) {
    guard isOn != isMouseOn else { return }
    isMouseOn = isOn
    output.append(isOn ? TerminalSequences.mouseOn : TerminalSequences.mouseOff)
    _ = flush()
  }

  /// Hands bytes to the terminal's clipboard, as many as it takes (`Clipboard.fitting`); whether it does so is the terminal's
  /// affair, and nothing tells. False if there is no way to ask: it is too old, or has not taken earlier ones yet.
  @discardableResult
  package mutating func copy(_ bytes: [UInt8]) -> Bool {
    let sequence = Clipboard.sequence(for: bytes)
    guard sequences.isModern, output.pendingCount <= Clipboard.capacity else { return false }
    output.append(sequence)
    _ = flush()
    return true
  }

  /// Gives the terminal back, stops the whole job as ^Z does, and takes the terminal again when continued.
  package mutating func suspend() {
    leave()
    cncurses_signals_stop_job()
    enter()
  }

  /// Gives the terminal back for another program (an editor); `enter` takes it again.
  package mutating func leave() {
    Terminal.leave(&output, input: input, sequences)
    isEntered = false
  }

  /// Takes the terminal again after `leave`. The size may be another one, and everything is painted anew.
  package mutating func enter() { take(sequences.entering) }

  /// Repairs the terminal after SIGCONT: whoever stopped the program from outside left it no time to give it back, and the
  /// shell has set modes of its own since.
  package mutating func resume() { take(sequences.resuming) }

  private mutating func take(_ bytes: [UInt8]) {
    isEntered = true
    cncurses_restore_arm(input, output.descriptor, sequences.leaving, CInt(sequences.leaving.count))
    if cncurses_modes_raw(input) != 0 { inputEnded = true }
    output.append(bytes)
    if isMouseOn { output.append(TerminalSequences.mouseOn) }
    _ = flush()
    resize()
  }

  private static func leave(_ output: inout StandardOutput, input: CInt, _ sequences: TerminalSequences) {
    try? output.flush(within: farewell)
    output.append(sequences.leaving)
    try? output.flush(within: farewell)
    cncurses_restore_disarm()
    _ = cncurses_modes_restore(input)
  }

  private func isInside(_ point: Point) -> Bool {
    (0..<size.columns).contains(point.column) && (0..<size.rows).contains(point.row)
  }

  private mutating func write() -> Bool {
    var count: CInt = 0
    guard let bytes = cncurses_screen_update(&count) else {
      redraw()
      return true
    }
    guard count > 0 else { return true }
    let frame = UnsafeRawBufferPointer(start: bytes, count: Int(count))
    output.append(sequences.frameBegin)
    output.append(frame)
    output.append(sequences.frameEnd)
    return flush()
  }

  private static func size(of descriptor: CInt) -> Size {
    var columns: CInt = 80
    var rows: CInt = 24
    _ = cncurses_window_size(descriptor, &columns, &rows)
    return Size(columns: min(Int(columns), maximumSize.columns), rows: min(Int(rows), maximumSize.rows))
  }
}
