/// The programs that are watched, and the one that makes their load.
struct Programs {
  var server = "../echo_server"
  var client = "../echo_client"

  /// Beside this program.
  static let generator: String = {
    let parts = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
    return (parts.dropLast() + ["load_generator"]).joined(separator: "/")
  }()

  static let loopback = "127.0.0.1:"

  /// The server for TCP on any free port.
  var serverCommand: [String] { [server, "--only", "tcp", "0"] }
}
