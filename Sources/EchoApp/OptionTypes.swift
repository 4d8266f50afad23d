import ArgumentParser
import Echo
import Screen
import Wire

extension Framing: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
  package var defaultValueDescription: String { description }
  package static var allValueStrings: [String] {
    ["line", "crlf", "nul", "length16", "length32", "fixed:N", "raw"]
  }
}

extension MonitorStart: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
  package var defaultValueDescription: String { description }
  package static var allValueStrings: [String] { ["now", "oldest", "tail:N", "N"] }
}

extension ReplyMode: ExpressibleByArgument {}
extension StopPolicy: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {}
extension ThemeName: ExpressibleByArgument {}

/// `--only`: one of the two Internet transports.
enum InternetTransport: String, CaseIterable, ExpressibleByArgument {
  case tcp, udp

  var transport: Transport { self == .tcp ? .tcp : .udp }
}

/// A count with a lower and an upper bound, given as digits.
func checked(_ value: Int, _ name: String, _ range: ClosedRange<Int>) throws {
  guard range.contains(value) else {
    throw ValidationError("\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
  }
}
