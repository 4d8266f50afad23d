import CMeasuring
import Glibc
import Measuring

/// The same load on the server without a screen, with two monitors beside that, on a terminal that takes all, and on a slow one.
struct Flood {
  enum Watching: CaseIterable {
    case plain, monitors, quiet, quietMonitors, screen, slowScreen

    var name: String {
      switch self {
      case .plain: "--no-tui, to /dev/null"
      case .monitors, .quietMonitors: "the same, and two monitors"
      case .quiet: "--no-tui --quiet"
      case .screen: "a screen"
      case .slowScreen: "a screen at 50 KB/s"
      }
    }

    /// Bytes a second that the terminal takes; nil: as many as come.
    var speed: Double? { self == .slowScreen ? 50_000 : nil }

    /// What its ratios are to.
    var base: Watching { self == .quietMonitors ? .quiet : .plain }
  }

  static let header = Table.header(
    words: ["load", "watched on"],
    numbers: [
      "rate /s", "busy", "CPU ns/msg", "not shown", "frames /s", "terminal KB/s", "its reader's CPU", "rate ratio",
      "CPU ratio",
    ]
  )

  /// The loads, by name.
  static let loads = [("lines-100", Load.lines100), ("lines-64x1", Load.lines64x1)]

  let programs: Programs
  let name: String
  let load: Load
  let seconds: Double
  private var rounds: [Watching: [Figures]] = [:]

  init(_ programs: Programs, _ name: String, _ load: Load, seconds: Double) {
    self.programs = programs
    self.name = name
    self.load = load
    self.seconds = seconds
  }

  /// Nobody is always the first.
  mutating func runRound(isReversed: Bool) throws(Failure) {
    for watching in isReversed ? Watching.allCases.reversed() : Watching.allCases {
      let figures =
        switch watching {
        case .plain: try plain([])
        case .monitors: try plain([], monitors: 2)
        case .quiet: try plain(["--quiet"])
        case .quietMonitors: try plain(["--quiet"], monitors: 2)
        case .screen, .slowScreen: try screen(speed: watching.speed)
        }
      rounds[watching, default: []].append(figures)
    }
  }

  private func plain(_ options: [String], monitors count: Int = 0) throws(Failure) -> Figures {
    let server = try RunningProgram(programs.serverCommand + ["--no-tui"] + options, .nowhere)
    let port = try server.port()
    let monitors = try (0..<count).map { _ throws(Failure) in try monitor(of: port) }
    // None tells that it is there.
    if count > 0 { usleep(200_000) }
    let load = try load.start(address: Load.address(port: port), seconds: seconds, server: server.process)
    let figures = Figures(lines: try load.output())
    for monitor in monitors {
      guard monitor.isRunning else { throw Failure("a monitor ended") }
      monitor.end()
      guard monitor.processorSeconds > seconds / 50 else { throw Failure("a monitor had nothing to tell") }
    }
    return figures
  }

  /// One that tells all that it gets, to nobody; it takes of the load's processor what the load leaves; where one message at
  /// a time leaves nothing, a little of it.
  private func monitor(of port: String) throws(Failure) -> RunningProgram {
    let leisurely = load.depth > 1 ? ["chrt", "--idle", "0"] : ["nice", "-n", "19"]
    let command = leisurely + [programs.monitor, "--no-tui", "--format", "json", port]
    return try RunningProgram(command, core: Processors.other, .nowhere)
  }

  private func screen(speed: Double?) throws(Failure) -> Figures {
    let server = try WatchedProgram(programs.serverCommand, speed: speed)
    let address = Load.address(port: try server.word(after: RunningProgram.loopback))
    let load = try load.start(address: address, seconds: seconds, server: server.program.process)
    let begin = Sample(server)
    server.read(seconds: seconds + 30) { load.isReadable(within: 0) }
    let end = Sample(server)
    var figures = Figures(lines: try load.output())
    let elapsed = Double(end.time - begin.time) / 1e9
    figures["frames"] = Double(end.frames - begin.frames) / elapsed
    figures["terminal"] = Double(end.bytes - begin.bytes) / elapsed / 1000
    figures["reader"] = (end.processorSeconds - begin.processorSeconds) / elapsed
    let share = try Flood.shareNotShown(server.end(), answered: figures["messages"] ?? 0)
    figures["not shown"] = share
    return figures
  }

  /// Of the line that the server leaves behind; the last frame before it may tell of its peers' messages.
  private static func shareNotShown(_ text: String, answered: Double) throws(Failure) -> Double {
    let mark = "echo_server: "
    let line = text.ranges(of: mark).last.map { String(text[$0.upperBound...]) } ?? ""
    let notShown = Figures.count(before: " not shown", in: line) ?? 0
    guard let messages = Figures.count(before: " message", in: line), messages >= max(1, answered), notShown <= messages
    else { throw Failure("the server's totals are not of this load: \(line)") }
    return notShown / messages
  }

  /// What is known at a moment about a terminal and the one that reads it.
  private struct Sample {
    let time = now_nanoseconds()
    let frames: Int
    let bytes: Int
    let processorSeconds: Double

    init(_ program: WatchedProgram) {
      frames = program.scanner.begunFrames
      bytes = program.byteCount
      var spent = timespec()
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent)
      processorSeconds = Double(spent.tv_sec) + Double(spent.tv_nsec) / 1e9
    }
  }

  /// A row for each way of watching; the first one names the load.
  var rows: [String] {
    Watching.allCases.map { watching in
      let all = rounds[watching, default: []]
      func median(_ name: String, _ digits: Int, times factor: Double = 1, unit: String = "") -> String {
        guard let value = all.compactMap({ $0[name] }).median else { return "" }
        return Table.number(value * factor, digits) + unit
      }
      func ratio(_ name: String) -> String {
        guard watching != .plain else { return "" }
        return Ratio(name, of: all, to: rounds[watching.base, default: []])?.text ?? ""
      }
      return Table.row([
        watching == .plain ? name : "", watching.name, median("rate", 0), median("server_busy", 2),
        median("server_ns_a_message", 0),
        median("not shown", 1, times: 100, unit: " %"), median("frames", 1), median("terminal", 0),
        median("reader", 1, times: 100, unit: " %"), ratio("rate"), ratio("server_ns_a_message"),
      ])
    }
  }
}
