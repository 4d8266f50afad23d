import TestKit
import Testing

/// The shells of this machine, which read what was quoted for them.
enum Shell {
  static let paths = ["sh", "bash", "zsh", "fish"].compactMap(Programs.tool(named:))

  /// Stand-ins for the programs that send: they print their names, what they were told, and what they were given.
  static let standIns = """
    nc() { printf '<nc'; printf ' [%s]' "$@"; printf '>'; cat; }
    echo_client() { printf '<echo_client'; printf ' [%s]' "$@"; printf '>'; cat; }

    """

  /// What a script writes.
  static func output(of script: [UInt8], by path: String = "/bin/sh") throws -> [UInt8] {
    let shell = try PlainProgram(path)
    shell.write(script)
    shell.closeInput()
    #expect(try shell.waitForExit() == 0)
    #expect(shell.errorText == "")
    return shell.output
  }

  /// What a command line gives the programs that it calls.
  static func sent(by line: [UInt8]) throws -> String {
    String(decoding: try output(of: Array(standIns.utf8) + line), as: UTF8.self)
  }
}
