/// Bytes for the two standard streams: messages and results on one, notices on the other.
package struct PlainOutput: Hashable, Sendable {
  package var output: [UInt8] = []
  /// Notices that came before the output, and those that came after some of it.
  package private(set) var notices: [UInt8] = []
  package private(set) var lateNotices: [UInt8] = []

  package init() {}

  package var isEmpty: Bool { output.isEmpty && notices.isEmpty && lateNotices.isEmpty }

  package var byteCount: Int { output.count + notices.count + lateNotices.count }

  package mutating func removeAll() {
    output.removeAll(keepingCapacity: true)
    notices.removeAll(keepingCapacity: true)
    lateNotices.removeAll(keepingCapacity: true)
  }

  /// Adds a line to the notices.
  package mutating func notice(_ line: String) {
    let line = Array(line.utf8) + [0x0a]
    if output.isEmpty { notices += line } else { lateNotices += line }
  }
}
