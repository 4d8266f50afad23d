import ArgumentParser
import Echo
import Wire

/// `--speed`: how many times as fast as it was recorded, or without any limit.
enum ReplaySpeed: Hashable, ExpressibleByArgument {
  case times(Double)
  case max

  init?(argument: String) {
    if argument == "max" {
      self = .max
    } else if let speed = Double(argument), (0.001...1_000_000).contains(speed) {
      self = .times(speed)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { ["N", "max"] }
}

/// `--replay` of the client, and what goes with it.
struct ReplayOptions: ParsableArguments {
  @Option(
    name: .customLong("replay"),
    help: ArgumentHelp(
      "Send a recording's messages again, and tell which replies are not those of then; plain.",
      valueName: "file"
    )
  )
  var path: String?

  @Option(help: "Of --replay: so many times as fast as it was recorded, or as fast as there is room. (default: 1)")
  var speed: ReplaySpeed?

  @Option(help: "Of --replay: the run of this number. (default: the last)")
  var run: Int64?

  @Flag(name: .customLong("step"), help: "Of --replay: each message when Enter is pressed.")
  var isStepwise = false

  @Flag(name: .customLong("with-stops"), help: "Of --replay: stop messages, too.")
  var sendsStops = false

  func validate() throws {
    if path == nil {
      let given = [
        ("--speed", speed != nil), ("--run", run != nil), ("--step", isStepwise), ("--with-stops", sendsStops),
      ]
      if let option = given.first(where: \.1)?.0 { throw ValidationError("\(option) goes with --replay") }
    }
    if isStepwise, speed != nil { throw ValidationError("--step has no --speed") }
  }

  var pace: ReplayPace {
    if isStepwise { return .stepwise }
    switch speed {
    case .max: return .unlimited
    case .times(let speed): return .recorded(speed: speed)
    case nil: return .recorded(speed: 1)
    }
  }
}
