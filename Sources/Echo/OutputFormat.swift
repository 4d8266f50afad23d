/// What plain mode writes: lines for people, or one JSON object a line.
package enum OutputFormat: String, Hashable, Sendable, CaseIterable {
  case text, json
}

/// Bytes for the two standard streams: messages and results on one, notices on the other.
package struct PlainOutput: Hashable, Sendable {
  package var output: [UInt8] = []
  package var notices: [UInt8] = []

  package init() {}

  package var isEmpty: Bool { output.isEmpty && notices.isEmpty }

  package mutating func removeAll() {
    output.removeAll(keepingCapacity: true)
    notices.removeAll(keepingCapacity: true)
  }

  /// Adds a line to the notices.
  package mutating func notice(_ line: String) {
    notices.append(contentsOf: line.utf8)
    notices.append(0x0a)
  }
}
