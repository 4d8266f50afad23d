import Glibc
import Screen
import Terminal

/// Paints what the tests of `Terminal` look for, tells the events it gets, and ends as it is told.

/// Cells of a text; every character from U+1100 on is taken for a wide one.
func put(_ text: String, _ surface: inout Surface, column: Int, row: Int, style: Style = .plain) {
  var column = column
  for character in text {
    var scalars = character.unicodeScalars.makeIterator()
    guard let base = scalars.next() else { continue }
    let width = base.value >= 0x3000 && base.value < 0xFFFD ? 2 : 1
    var cell = Cell(base, width: width, style: style)
    while let mark = scalars.next() { cell.append(mark: mark) }
    surface.put(cell, column: column, row: row)
    column += width
  }
}

func describe(_ event: InputEvent) -> String {
  switch event {
  case .key(let key): "key \(key.code) \(key.modifiers.rawValue)"
  case .paste(let bytes): "paste \(bytes.count)"
  case .mouse(let mouse): "mouse \(mouse.action) \(mouse.point.column),\(mouse.point.row)"
  case .focus(let isIn): "focus \(isIn)"
  }
}

func picture(_ size: Size, _ terminal: borrowing Terminal, _ events: [String], frame: Int?) -> Surface {
  var surface = Surface(size: size)
  let header = "size \(size.columns)x\(size.rows) utf8 \(terminal.isUTF8) colours \(terminal.colours)"
  put(header, &surface, column: 0, row: 0, style: Style(attributes: .reverse))
  put("red", &surface, column: 0, row: 1, style: Style(foreground: .indexed(1), attributes: .bold))
  put("blue", &surface, column: 4, row: 1, style: Style(background: .indexed(21), attributes: .underline))
  put("│日本e\u{301}o\u{300}│", &surface, column: 10, row: 1)
  // Wrong on purpose: a wide letter said to be narrow, a narrow one said to be wide, and a control character.
  surface.put(Cell("語", width: 1), column: 22, row: 1)
  surface.put(Cell("n", width: 2), column: 24, row: 1)
  surface.put(Cell("\u{1B}"), column: 26, row: 1)
  put("|", &surface, column: 27, row: 1)
  for (index, event) in events.suffix(max(0, size.rows - 3)).enumerated() {
    put(event, &surface, column: 0, row: 2 + index)
  }
  put("end", &surface, column: size.columns - 3, row: size.rows - 1)
  if let frame {
    for row in 2..<max(2, size.rows) {
      for column in 0..<size.columns {
        let scalar = Unicode.Scalar(UInt8(0x21 + (frame + row * 7 + column * 3) % 90))
        let colour = Color.indexed(UInt8((frame + column) % 200))
        surface.put(Cell(scalar, style: Style(foreground: colour)), column: column, row: row)
      }
    }
  }
  surface.cursor = Point(column: 2, row: min(2, size.rows - 1))
  return surface
}

/// False when it is over.
func handle(_ event: InputEvent, _ terminal: inout Terminal) -> Bool {
  guard case .key(let key) = event else { return true }
  switch key {
  case .control("z"): terminal.suspend()
  case .control("l"): terminal.redraw()
  case .control("t"):
    let numbers = [Int](repeating: 0, count: CommandLine.argc == 0 ? 1 : 0)
    print(numbers[numbers.count])
  case .control("s"): raise(SIGSEGV)
  case .control("f"):
    let nowhere = UnsafeMutablePointer<Int>(bitPattern: Int(CommandLine.argc) * 8)
    nowhere?.pointee = 1
  case .control("a"): abort()
  case .control("e"): exit(3)
  case .control("o"): terminal.setMouse(true)
  case .control("q"): return false
  default: break
  }
  return true
}

func run() throws -> CInt {
  if let obstacle = Terminal.obstacle() {
    StandardError.writeLine("obstacle: \(obstacle)")
    return 2
  }
  let isFlooding = CommandLine.arguments.contains("--flood")
  let wake = try WakeDescriptor()
  let watch = try SignalWatch([.terminate, .hangUp, .windowChange, .resume], wake: wake)
  var terminal = try Terminal()
  var waiter = Waiter()
  waiter.watch(wake.descriptor, for: .readable)
  waiter.watch(terminal.inputDescriptor, for: .readable)
  var events: [String] = []
  var frame = 0
  while true {
    frame += 1
    let isPainted = terminal.paint(picture(terminal.size, terminal, events, frame: isFlooding ? frame : nil))
    waiter.watch(terminal.outputDescriptor, for: isPainted ? [] : .writable)
    try waiter.wait(timeout: isFlooding && isPainted ? .zero : terminal.pendingTimeout)
    wake.clear()
    let signals = watch.take()
    if signals.contains(.terminate) { return 15 }
    if signals.contains(.hangUp) { return 4 }
    if signals.contains(.resume) { terminal.resume() }
    if signals.contains(.windowChange) { terminal.resize() }
    for event in terminal.read() {
      guard handle(event, &terminal) else { return 0 }
      events.append(describe(event))
    }
    if terminal.isClosed { return 4 }
  }
}

exit(try run())
