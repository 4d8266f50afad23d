import Glibc
import TestKit

/// A server's control socket under a test's control, in a runtime folder of its own.
final class ScriptedServer {
  let folder: TemporaryDirectory
  private let listener: SocketPeer
  private let name: String

  /// Another server in the same folder, if one is given.
  init(name: String = "5000", folder: TemporaryDirectory? = nil) throws {
    self.name = name
    self.folder = try folder ?? TemporaryDirectory()
    let sockets = "\(self.folder.path)/echo"
    if mkdir(sockets, 0o700) != 0, errno != EEXIST { throw ProgramError("\(sockets): errno \(errno)") }
    listener = try SocketPeer.unixServer("\(sockets)/\(name).sock")
  }

  var path: String { "\(folder.path)/echo/\(name).sock" }
  var environment: [String: String?] { ["XDG_RUNTIME_DIR": folder.path] }

  func accept() throws -> SocketPeer { try listener.accept() }

  /// Takes a monitor in, up to where it has said what it wants to see.
  func greet(attach: String = "oldest") throws -> SocketPeer {
    let peer = try accept()
    try peer.send(hello)
    let line = try peer.receiveLine()
    guard line == "{\"attach\":\"\(attach)\"}" else { throw ProgramError("it said \(line)") }
    try peer.send("{\"event\":\"attached\",\"first\":1,\"time\":\(Self.time),\"totals\":{\(Self.totals(0))}}\n")
    return peer
  }

  var hello: String {
    """
    {"event":"hello","protocol":1,"program":"echo_server","version":"1.0","instance":"0123456789abcdef",\
    "name":"\(name)","pid":4711,"framing":"line","reply":"ok","stop_on_dot":"local","started":\(Self.time),\
    "oldest":1,"next":3,"listening":[{"transport":"tcp","address":"127.0.0.1:5000"},\
    {"transport":"udp","address":"127.0.0.1:5000"}]}

    """
  }

  static let time = "\"2026-11-22T15:47:58.004000Z\""

  static func totals(_ messages: Int) -> String {
    """
    "messages":\(messages),"bytes":\(messages * 6),"bytes_sent":\(messages * 3),"connections":1,\
    "dropped_by_kernel":0,"dropped_by_server":0,"refused":0,\
    "stops_refused":0,"truncated":0,"partial":0,"idle":0,"stalled":0
    """
  }

  private static let peer = "\"transport\":\"tcp\",\"peer\":\"127.0.0.1:53124\",\"connection\":1"

  static let connected = "{\"event\":\"connected\",\"time\":\(time),\(peer)}\n"

  /// A message's line; the text is as it stands in JSON.
  static func message(_ sequence: Int, _ text: String) -> String {
    """
    {"event":"message","seq":\(sequence),"time":\(time),\(peer),"bytes":\(text.utf8.count + 1),"answered":120000,\
    "text":"\(text)"}

    """
  }

  static let lost = "{\"event\":\"lost\",\"time\":\(time),\"count\":1200,\"bytes\":7200}\n"

  static func stopped(_ messages: Int) -> String {
    "{\"event\":\"stopping\",\"time\":\(time)}\n{\"event\":\"stopped\",\"time\":\(time),\(totals(messages))}\n"
  }
}
