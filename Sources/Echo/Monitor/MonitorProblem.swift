/// Why what came over a control socket is not what a server writes: a clause, safe to show.
package struct MonitorProblem: Error, Hashable, Sendable {
  package let reason: String

  init(_ reason: String) { self.reason = reason }

  /// Something that a line of this kind has is missing or is not what it should be.
  init(badMember place: String) { self.init("its line \"\(place)\" is not as it should be") }

  init(_ problem: JSONProblem, line: UInt64) {
    let what =
      switch problem {
      case .malformed(let index): "is no JSON, from byte \(index + 1) on"
      case .tooDeep: "is nested too deeply"
      case .tooManyMembers: "has too many members"
      }
    self.init("its line \(line) \(what)")
  }
}
