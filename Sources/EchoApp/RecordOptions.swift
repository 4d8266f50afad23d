import ArgumentParser
import Journal

extension RecordingSettings.Durability: ExpressibleByArgument {}

/// `--on-record-error`: what goes on when recording does not.
enum OnRecordError: String, CaseIterable, ExpressibleByArgument {
  /// Neither: the server ends, and gives no receipt for what is not recorded.
  case stop
  /// The server, whose receipts then say no more than that a message was received.
  case `continue`
}

/// What is recorded, where, and how safely.
struct RecordOptions: ParsableArguments {
  @Option(help: "Record every message and event in this SQLite file; one that is there goes on. (default: none)")
  var record: String?

  @Option(help: "When a message is recorded, and its receipt goes: synced with others, one by one, or without waiting.")
  var durability = RecordingSettings.Durability.group

  @Option(help: "Whether the server ends or goes on when recording fails.")
  var onRecordError = OnRecordError.stop

  @Option(help: "Bytes after which the file gets a number and another is begun. (default: none)")
  var recordLimit: Int?

  @Option(help: "Seconds after which the file gets a number and another is begun. (default: none)")
  var recordAge: Int?

  func validate() throws {
    if record == "" { throw ValidationError("--record needs a path") }
    if let recordLimit { try checked(recordLimit, "--record-limit", (64 << 10)...(1 << 50)) }
    if let recordAge { try checked(recordAge, "--record-age", 1...1_000_000_000) }
  }

  var settings: RecordingSettings? {
    guard let record else { return nil }
    var settings = RecordingSettings(path: record)
    settings.durability = durability
    settings.byteLimit = recordLimit.map(Int64.init)
    settings.ageLimit = recordAge.map(Int64.init)
    return settings
  }
}
