import CMeasuring
import Glibc
import Measuring

/// `watch`: what it costs to watch, how soon a key shows, how often the programs wake, and how soon they have started.
struct Options {
  enum Subject: String, CaseIterable { case flood, keys, idle, starts }

  var rounds = 5
  var seconds = 1.0
  var presses = 200
  var starts = 20
  var idleSeconds = 10.0
  var programs = Programs()
  var subjects: Set<Subject> = []

  static let usage = """
    usage: watch [--rounds N] [--seconds S] [--presses N] [--starts N] [--idle S] [--server PATH] [--client PATH] [--monitor PATH]
                 [flood] [keys] [idle] [starts]
      --rounds   rounds of the flood, in each without and with screens (5)
      --seconds  how long each run of the flood is measured (1)
      --presses  presses of each key, on a slow terminal a quarter of them (200)
      --starts   starts of each program (20)
      --idle     how long nothing happens (10)
    """

  init?(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    func number(_ word: String?) -> Double? { word.flatMap { Double($0) }.flatMap { $0 > 0 ? $0 : nil } }
    while let word = rest.popFirst() {
      if let subject = Subject(rawValue: word) {
        subjects.insert(subject)
        continue
      }
      guard let text = rest.popFirst() else { return nil }
      switch word {
      case "--server": programs.server = text
      case "--client": programs.client = text
      case "--monitor": programs.monitor = text
      default:
        guard let value = number(text) else { return nil }
        switch word {
        case "--rounds": rounds = max(1, Int(value))
        case "--seconds": seconds = value
        case "--presses": presses = max(1, Int(value))
        case "--starts": starts = max(1, Int(value))
        case "--idle": idleSeconds = value
        default: return nil
        }
      }
    }
    if subjects.isEmpty { subjects = Set(Subject.allCases) }
  }
}

func show(_ rows: [String]) {
  for row in rows { print(row) }
  fflush(nil)
}

func run(_ options: Options) throws(Failure) {
  let programs = options.programs
  show([Setting.text(command: CommandLine.arguments)])
  for subject in Options.Subject.allCases where options.subjects.contains(subject) {
    // The reader of a flood's terminal is on the server's processor: the load must not have to wait for it.
    stay_on(subject == .starts ? Processors.other : Processors.measured)
    switch subject {
    case .flood:
      show(["", Flood.header])
      for (name, load) in Flood.loads {
        var flood = Flood(programs, name, load, seconds: options.seconds)
        for round in 0..<options.rounds { try flood.runRound(isReversed: !round.isMultiple(of: 2)) }
        show(flood.rows)
      }
    case .keys:
      show(["", KeyEcho.header])
      let keys = KeyEcho(programs: programs, presses: options.presses)
      show(try keys.rows("none", nil, .screen))
      for (name, load) in Flood.loads { show(try keys.rows(name, load, .screen)) }
      // Half a second each.
      let fewKeys = KeyEcho(programs: programs, presses: max(1, options.presses / 4))
      show(try fewKeys.rows("lines-100", .lines100, .slowScreen))
    case .idle: show(["", Idle.header] + (try Idle(programs: programs, seconds: options.idleSeconds).rows()))
    case .starts: show(["", Starts.header] + (try Starts(programs: programs, rounds: options.starts).rows()))
    }
  }
}

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  complain(Options.usage)
  exit(64)
}
Folder.use()
defer { Folder.remove() }
do throws(Failure) {
  try run(options)
} catch {
  Folder.remove()
  complain("watch: \(error.text)")
  exit(71)
}
