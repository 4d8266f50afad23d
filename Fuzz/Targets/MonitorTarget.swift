import Screen
import Wire

@testable import Echo

/// Whatever a control socket says, a line that is taken is JSON, made anew it says the same in visible text, and what is
/// told of it to people is visible too.
enum MonitorTarget {
  static func run(_ bytes: [UInt8]) {
    let lines = bytes + [0x0A]
    let told = tell(lines)
    guard told.isWhole else { return }
    for line in lines.split(separator: 0x0A) {
      require(line.withUnsafeBytes { JSONOutline($0) } != nil, "what is taken is JSON")
    }
    let again = tell(told.copy)
    require(again.isWhole && again.copy == told.copy, "made anew it is made anew as it is")
    require(again.text == told.text, "made anew it tells the same")
    for line in String(decoding: told.copy, as: UTF8.self).split(separator: "\n") {
      for scalar in line.unicodeScalars {
        // As on a letter: a mark in a string is allowed to stand on what is before it.
        if let complaint = DisplayPolicy.complaint(about: "a\(scalar)") { fatalError(complaint) }
      }
    }
    for line in told.text.split(separator: "\n") {
      if let complaint = DisplayPolicy.complaint(about: "a\(line)") { fatalError(complaint) }
    }
  }

  /// The plain text of what lines say, the lines made anew, and whether all of them were taken.
  private static func tell(_ lines: [UInt8]) -> (text: String, copy: [UInt8], isWhole: Bool) {
    var decoder = MonitorDecoder(copiesLines: true)
    var transcript = ServerTranscript(format: .text, framing: .line)
    var text = ""
    var isWhole = true
    do throws(MonitorProblem) {
      try decoder.decode(lines) { event in
        var plain = PlainOutput()
        switch event {
        case .greeting(let greeting): plain.notice(greeting.name + greeting.endpointText)
        case .attached(let totals, _, _, _): plain.notice(totals.text)
        case .server(let event): transcript.append(event, to: &plain)
        case .done: plain.notice("done")
        case .refused(let reason): plain.notice(reason)
        }
        text += String(decoding: plain.output + plain.notices + plain.lateNotices, as: UTF8.self)
      }
    } catch {
      isWhole = false
      if let complaint = DisplayPolicy.complaint(about: "a\(error.reason)") { fatalError(complaint) }
    }
    return (text, decoder.takeCopy(), isWhole)
  }
}
