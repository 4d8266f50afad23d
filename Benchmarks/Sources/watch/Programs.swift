/// The programs that are watched.
struct Programs {
  var server = "../echo_server"
  var client = "../echo_client"

  /// The server for TCP on any free port.
  var serverCommand: [String] { [server, "--only", "tcp", "0"] }
}
