package import Wire

extension ControlRequest {
  /// Reads a line of a viewer's; members that are unknown here are left out.
  package init(line: UnsafeRawBufferPointer) throws(ControlRefusal) {
    var object = JSONObject()
    do throws(JSONProblem) { try object.read(line) } catch { throw .malformed("not a JSON object: \(error.reason)") }
    if object["attach"] != nil {
      guard let point = object.string("attach").flatMap(AttachPoint.init) else {
        throw .malformed("attach takes \"now\", \"oldest\", \"tail:N\" or a message's number, as a string")
      }
      self = .attach(point)
      return
    }
    switch object.string("command") {
    case "stop": self = .stop
    case "disconnect":
      guard let number = object.count("connection").flatMap(UInt32.init(exactly:)) else {
        throw .malformed("disconnect takes the number of a connection")
      }
      self = .disconnect(ConnectionID(number))
    default: throw .malformed("neither \"attach\" nor a \"command\" that is known: \"stop\", \"disconnect\"")
    }
  }
}

extension JSONProblem {
  fileprivate var reason: String {
    switch self {
    case .malformed(let index): "wrong from byte \(index + 1) on"
    case .tooDeep: "nested too deeply"
    case .tooManyMembers: "too many members"
    }
  }
}
