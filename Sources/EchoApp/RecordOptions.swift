import ArgumentParser
import Journal

extension RecordingSettings.Durability: ExpressibleByArgument {}

/// `--on-record-error`: what goes on when recording does not.
enum OnRecordError: String, CaseIterable, ExpressibleByArgument {
  /// Nothing: the program ends, and a server gives no receipt for what is not recorded.
  case stop
  /// The program; a server's receipts then say no more than that a message was received.
  case `continue`
}

/// What is recorded, where, and how safely.
struct RecordOptions: ParsableArguments {
  @Option(help: "Record every message and event in this SQLite file; one that is there goes on. (default: none)")
  var record: String?

  @Option(
    help: """
      Of --record: when a message is safe, and a server's receipt goes: synced with others, one by one (servers only), \
      or without waiting. (default: group)
      """
  )
  var durability: RecordingSettings.Durability?

  @Option(help: "Of --record: whether the program ends or goes on when recording fails. (default: stop)")
  var onRecordError: OnRecordError?

  @Option(help: "Of --record: bytes after which the file gets a number and another is begun. (default: none)")
  var recordLimit: Int?

  @Option(help: "Of --record: seconds after which the file gets a number and another is begun. (default: none)")
  var recordAge: Int?

  func validate() throws {
    if record == "" { throw ValidationError("--record needs a path") }
    if record == nil {
      let given = [
        ("--durability", durability != nil), ("--on-record-error", onRecordError != nil),
        ("--record-limit", recordLimit != nil), ("--record-age", recordAge != nil),
      ]
      if let option = given.first(where: \.1)?.0 { throw ValidationError("\(option) goes with --record") }
    }
    if let recordLimit { try checked(recordLimit, "--record-limit", (64 << 10)...(1 << 50)) }
    if let recordAge { try checked(recordAge, "--record-age", 1...1_000_000_000) }
  }

  var endsProgram: Bool { onRecordError != .continue }

  var settings: RecordingSettings? {
    guard let record else { return nil }
    var settings = RecordingSettings(path: record)
    if let durability { settings.durability = durability }
    settings.byteLimit = recordLimit.map(Int64.init)
    settings.ageLimit = recordAge.map(Int64.init)
    return settings
  }
}
