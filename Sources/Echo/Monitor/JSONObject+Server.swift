import Screen
import Wire

/// What the members of a server's lines are; one that is not as it should be is a problem.
extension JSONObject {
  /// Sums of so many as can ever come stay below what 64 bits hold, and so does JSON's own way with numbers (RFC 8259, 6).
  private static let quantityLimit: UInt64 = 1 << 53
  /// The longest text that is shown as it is, in bytes.
  private static let visibleLimit = 256
  private static let callLimit = 32
  /// sun_path of unix(7), and room.
  private static let addressLimit = 512

  func quantity(_ name: StaticString) throws(MonitorProblem) -> UInt64 {
    guard let count = count(name), count <= JSONObject.quantityLimit else {
      throw MonitorProblem("its \"\(name)\" is no count")
    }
    return count
  }

  /// A count that is left out where it is 0.
  func quantityIfAny(_ name: StaticString) throws(MonitorProblem) -> UInt64 {
    self[name] == nil ? 0 : try quantity(name)
  }

  func time(_ name: StaticString = "time") throws(MonitorProblem) -> Timestamp {
    guard let text = text(name), let time = Timestamp(written: raw(text)) else {
      throw MonitorProblem("its \"\(name)\" is no time")
    }
    return time
  }

  /// A server's own words, cut, and visible: those that are stay as they are.
  func visible(_ name: StaticString) throws(MonitorProblem) -> String {
    guard let text = text(name) else { throw MonitorProblem("its \"\(name)\" is no text") }
    var bytes: [UInt8] = []
    append(text, to: &bytes)
    let cut = String(decoding: bytes.prefix(JSONObject.visibleLimit), as: UTF8.self)
    return Printable.text(Printable.bytes(of: cut) ?? Array(cut.utf8))
  }

  func transport() throws(MonitorProblem) -> Transport {
    guard let text = text("transport") else { throw MonitorProblem("its \"transport\" is no text") }
    for transport in Transport.allCases where raw(text).elementsEqual(transport.rawValue.utf8) { return transport }
    throw MonitorProblem("its \"transport\" is none")
  }

  func endpoint() throws(MonitorProblem) -> Endpoint {
    guard let address = string("address"), address.utf8.count <= JSONObject.addressLimit,
      let endpoint = Endpoint(try transport(), written: address)
    else { throw MonitorProblem("its \"address\" is none") }
    return endpoint
  }

  func connection() throws(MonitorProblem) -> ConnectionID {
    guard let number = UInt32(exactly: try quantityIfAny("connection")) else {
      throw MonitorProblem("its \"connection\" is none")
    }
    return ConnectionID(number)
  }

  func peer() throws(MonitorProblem) -> Peer {
    let transport = try transport()
    // An escape has no place in an address.
    guard let text = text("peer"), text.range.count <= JSONObject.addressLimit,
      let address = SocketAddress(written: raw(text)), (address.family == .unix) == (transport == .unix)
    else { throw MonitorProblem("its \"peer\" is none") }
    return Peer(connection: try connection(), transport: transport, address: address)
  }

  func systemError() throws(MonitorProblem) -> SystemError {
    guard let call = string("call"), let reason = string("error"), (1...JSONObject.callLimit).contains(call.utf8.count),
      call.utf8.allSatisfy({ $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F })
    else { throw MonitorProblem("its \"call\" is none") }
    return SystemError(call, reason: reason)
  }

  func traffic() throws(MonitorProblem) -> Traffic {
    var traffic = Traffic()
    traffic.messages = try quantity("messages")
    traffic.bytesReceived = try quantity("bytes")
    traffic.bytesSent = try quantity("bytes_sent")
    return traffic
  }

  func totals() throws(MonitorProblem) -> ServerTotals {
    var totals = ServerTotals()
    totals.traffic = try traffic()
    totals.connections = try quantity("connections")
    totals.droppedByServer = try quantity("dropped_by_server")
    totals.droppedByKernel = try quantity("dropped_by_kernel")
    totals.refused = try quantity("refused")
    totals.stopsRefused = try quantity("stops_refused")
    totals.truncated = try quantity("truncated")
    totals.partial = try quantity("partial")
    totals.idle = try quantity("idle")
    totals.stalled = try quantity("stalled")
    totals.unrecorded = try quantityIfAny("unrecorded")
    return totals
  }

  func recordingFailure() throws(MonitorProblem) -> RecordingFailure {
    RecordingFailure(
      reason: try visible("error"),
      lastSequence: try quantity("recorded"),
      endsProgram: isSet("ends_server")
    )
  }

  func recordingStatus() throws(MonitorProblem) -> RecordingStatus {
    self["error"] == nil ? .going(file: try visible("file")) : .failed(try recordingFailure())
  }

  /// Messages that are not told of, or were not received.
  func drop(by agent: Drop.Agent) throws(MonitorProblem) -> Drop {
    Drop(
      by: agent,
      count: try quantity("count"),
      bytes: try quantityIfAny("bytes"),
      notices: try quantityIfAny("notices")
    )
  }
}
