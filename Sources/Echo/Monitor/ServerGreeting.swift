import Screen
package import Wire

/// How a server introduces itself to whoever comes to its control socket.
package struct ServerGreeting: Hashable, Sendable {
  /// The version of the protocol that this program speaks.
  static let protocolVersion: UInt64 = 1

  /// What it is called by, as visible text.
  package var name: String
  package var process: UInt64
  package var framing: Framing
  package var stopPolicy: StopPolicy
  package var started: Timestamp
  package var endpoints: [Endpoint]
  /// Messages that it has received; nil where it does not tell.
  package var messageCount: UInt64?

  init(_ object: JSONObject) throws(MonitorProblem) {
    let version = object.count("protocol")
    guard version == ServerGreeting.protocolVersion else {
      throw MonitorProblem(
        "it speaks version \(version.map(String.init) ?? "?") of the protocol, and this program version 1 only"
      )
    }
    name = try object.visible("name")
    process = try object.quantity("pid")
    started = try object.time("started")
    guard let framing = object.string("framing").flatMap(Framing.init),
      let policy = object.string("stop_on_dot").flatMap(StopPolicy.init), let places = object.objects("listening")
    else { throw MonitorProblem(badMember: "hello") }
    self.framing = framing
    stopPolicy = policy
    messageCount = object.count("next").map { $0 - min(1, $0) }
    endpoints = []
    for place in places { endpoints.append(try place.endpoint()) }
  }

  /// The server's line in a list: its name, its process, where it listens and since when, with a tab between.
  package var listLine: String {
    var since: [UInt8] = []
    since.append(started)
    return "\(name)\tpid \(process)\t\(endpointText)\tsince \(String(decoding: since, as: UTF8.self))"
  }

  /// `tcp+udp 127.0.0.1:5000 [::1]:5000`: each transport and each address once.
  package var endpointText: String {
    var transports: [String] = []
    var addresses: [String] = []
    for endpoint in endpoints {
      if !transports.contains(endpoint.transport.rawValue) { transports.append(endpoint.transport.rawValue) }
      let address = Printable.text(endpoint.addressText.utf8)
      if !addresses.contains(address) { addresses.append(address) }
    }
    return "\(transports.joined(separator: "+")) \(addresses.joined(separator: " "))"
  }
}
