/// The programs that are watched.
struct Programs {
  var server = "../echo_server"
  var client = "../echo_client"
  var monitor = "../echo_monitor"

  /// The server for TCP on any free port.
  var serverCommand: [String] { [server, "--only", "tcp", "0"] }
}
