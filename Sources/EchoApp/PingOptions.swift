import ArgumentParser
import Echo
import Wire

extension PingExpectation: ExpressibleByArgument {}

/// `--ping` of the client, and what goes with it.
struct PingOptions: ParsableArguments {
  /// Seconds: as fast as ping(8) lets anybody go, who does not ask for less; ten messages take two seconds.
  private static let defaultInterval = 0.2

  @Option(
    name: .customLong("ping"),
    help: ArgumentHelp("Send so many numbered messages, and sum up losses and times; plain.", valueName: "count")
  )
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Of --ping: from one message to the next; 0: as fast as replies come. (default: 0.2)",
      valueName: "seconds"
    )
  )
  var interval: Double?

  @Option(
    help: ArgumentHelp(
      "Of --ping: of each message, framing not counted. (default: what its number takes)",
      valueName: "bytes"
    )
  )
  var size: Int?

  @Option(help: "Of --ping: any receipt, or the message's own bytes, which tell replies apart. (default: receipt)")
  var expect: PingExpectation?

  func validate() throws {
    guard let count else {
      let given = [("--interval", interval != nil), ("--size", size != nil), ("--expect", expect != nil)]
      if let option = given.first(where: \.1)?.0 { throw ValidationError("\(option) goes with --ping") }
      return
    }
    try checked(count, "--ping", PingPlan.counts)
    if let interval, !(0...86_400).contains(interval) {
      throw ValidationError("--interval must be from 0 to 86400 seconds, not \(interval)")
    }
    if let size { try checked(size, "--size", PingPlan.sizes) }
  }

  /// What is to be sent where; nil when no ping is wanted.
  func plan(_ configuration: ClientConfiguration) throws -> PingPlan? {
    guard let count else { return nil }
    do throws(PingPlanError) {
      return try PingPlan(
        count: count,
        intervalNanoseconds: Int64((interval ?? PingOptions.defaultInterval) * 1_000_000_000),
        size: size,
        expectation: expect ?? .receipt,
        configuration: configuration
      )
    } catch {
      throw ValidationError(
        error.text(framing: configuration.framing, transport: configuration.endpoint.transport)
      )
    }
  }
}
