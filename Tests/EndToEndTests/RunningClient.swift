import TestKit

/// Starts `echo_client`.
enum Client {
  static var path: String { Programs.path(named: "echo_client") }

  /// In plain mode, to a TCP port of this machine.
  static func plain(_ port: UInt16, _ options: [String] = []) throws -> PlainProgram {
    try PlainProgram(path, ["127.0.0.1", "\(port)"] + options)
  }

  /// In plain mode with all its input at once, to its end.
  static func run(_ arguments: [String], input: String = "") throws -> Ending {
    let program = try PlainProgram(path, arguments)
    program.write(input)
    program.closeInput()
    // A resolver without a network takes its time to say so.
    return try program.ending()
  }
}
