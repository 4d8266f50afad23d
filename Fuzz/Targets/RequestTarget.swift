import Screen
import Wire

@testable import Echo

/// Whatever a viewer says, a line that is taken is JSON, means the same as a program of ours would say it and with what is
/// unknown here beside it; one that is refused is told so in a line of visible text.
enum RequestTarget {
  static func run(_ line: [UInt8]) {
    do throws(ControlRefusal) {
      let request = try read(line)
      require(line.withUnsafeBytes { JSONOutline($0) } != nil, "what is taken is JSON")
      if case .disconnect(let connection) = request {
        let words = (ReferenceJSON.tokens(line) ?? []).map { String(decoding: line[$0], as: UTF8.self) }
        require(words.contains("\(connection.number)"), "the number is one that it has")
      }
      require((try? read(written(request))) == request, "written anew it is the same")
      if let more = extended(line) { require((try? read(more)) == request, "what is unknown changes nothing") }
    } catch {
      guard case .malformed = error else { fatalError("\(error) is not for a line to be told") }
      var answer: [UInt8] = []
      let configuration = ServerConfiguration(port: 0)
      ControlTranscript(program: "", version: "", configuration: configuration).append(.refused(error), to: &answer)
      require(answer.last == 0x0A && !answer.dropLast().contains(0x0A), "an answer is one line")
      require(answer.withUnsafeBytes { JSONOutline($0) } != nil, "an answer is JSON")
      let text = String(decoding: answer.dropLast(), as: UTF8.self)
      if let complaint = DisplayPolicy.complaint(about: text) { fatalError(complaint) }
    }
  }

  private static func read(_ line: [UInt8]) throws(ControlRefusal) -> ControlRequest {
    var result: Result<ControlRequest, ControlRefusal>?
    line.withUnsafeBytes { bytes in
      do throws(ControlRefusal) { result = .success(try ControlRequest(line: bytes)) } catch {
        result = .failure(error)
      }
    }
    guard let result else { fatalError("a line is read or refused") }
    return try result.get()
  }

  private static func written(_ request: ControlRequest) -> [UInt8] {
    let command: MonitorCommand? =
      switch request {
      case .attach(let point): .attach(point)
      case .stop: .asking(.stop)
      case .disconnect(let connection): .asking(.disconnect(connection))
      }
    guard case .send(let line) = command else { fatalError("there are words for \(request)") }
    return line
  }

  /// The line with one member more; nil where it has as many as it may.
  private static func extended(_ line: [UInt8]) -> [UInt8]? {
    var object = JSONObject()
    let count = line.withUnsafeBytes { bytes in
      try? object.read(bytes)
      return object.members.count
    }
    guard count < JSONObject.memberLimit, let end = line.lastIndex(of: UInt8(ascii: "}")) else { return nil }
    return line[..<end] + Array(#","unknown":[0]"#.utf8) + line[end...]
  }
}
