import CMeasuring
import Glibc
import Measuring

/// How long a key takes to show on the server's screen, with and without a flood of messages.
struct KeyEcho {
  /// A key, and a capital letter that is on the screen only once the key did its work: the messages of the load are small
  /// letters, and of the screen itself only what differs is written.
  private struct Press {
    let key: String
    let sign: Character
  }

  private struct Kind {
    let name: String
    /// What leads there, and back.
    var before = ""
    var after = ""
    /// Pressed in turn.
    let presses: [Press]

    static let all = [
      // ^U before each, so that the line never scrolls.
      Kind(
        name: "a letter into the filter",
        before: "f",
        after: "\u{15}\r",
        presses: [Press(key: "\u{15}Q", sign: "Q"), Press(key: "\u{15}V", sign: "V")]
      ),
      // FOLLOW in the status row becomes HOLD, and the other way round.
      Kind(name: "up, and to the end", presses: [Press(key: "k", sign: "D"), Press(key: "G", sign: "F")]),
      // Much of the screen: PgUp among its keys, and then the hint `F follow`.
      Kind(name: "help, and back", presses: [Press(key: "?", sign: "U"), Press(key: "q", sign: "F")]),
    ]
  }

  static let header = """
    | load | screen | key | presses | p50 ms | p90 ms | p99 ms | largest ms | unseen |
    | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
    """

  private static let pause = 0.05

  let programs: Programs
  let presses: Int

  /// The rows for a load, or for none, on a terminal of a speed.
  func rows(_ name: String, _ load: Load?, _ watching: Flood.Watching) throws(Failure) -> [String] {
    let server = try WatchedProgram(programs.serverCommand, speed: watching.speed)
    let port = try server.word(after: RunningProgram.loopback)
    let seconds = Double(presses * Kind.all.count) * 1.5 + 30
    let generator = try load.map { load throws(Failure) in
      try load.start(address: Load.address(port: port), seconds: seconds, server: server.program.process)
    }
    defer { generator?.end() }
    // Until the history is full, and there are rows to go up to.
    server.read(seconds: 1)
    var rows: [String] = []
    for kind in Kind.all {
      // Without messages there is nothing to go up in.
      if load == nil, kind.presses.first?.key == "k" { continue }
      let times = measure(kind, on: server)
      func cell(_ share: Double) -> String { times.percentile(share).map { Table.number($0, 2) } ?? "" }
      rows.append(
        Table.row([
          name, watching.name, kind.name, "\(presses)", cell(0.5), cell(0.9), cell(0.99),
          times.max().map { Table.number($0, 2) } ?? "", "\(presses - times.count)",
        ])
      )
    }
    return rows
  }

  /// Milliseconds from each press until it showed.
  private func measure(_ kind: Kind, on server: WatchedProgram) -> [Double] {
    server.type(kind.before)
    server.read(seconds: 1)
    var times: [Double] = []
    for index in 0..<presses {
      let press = kind.presses[index % kind.presses.count]
      server.forgetText()
      let begin = now_nanoseconds()
      server.type(press.key)
      if server.read(seconds: 1, until: { server.scanner.contains(press.sign) }) {
        times.append(Double(now_nanoseconds() - begin) / 1e6)
      }
      // At any moment between two frames.
      server.read(seconds: KeyEcho.pause * Double.random(in: 0.7...1.3))
    }
    server.type(kind.after)
    server.read(seconds: 1)
    return times
  }
}
