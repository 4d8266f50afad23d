/// What plain mode writes: lines for people, or one JSON object a line.
package enum OutputFormat: String, Hashable, Sendable, CaseIterable {
  case text, json
}
