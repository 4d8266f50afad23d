import CPseudoTerminal

/// Both ends of a pseudo-terminal in which no program runs; whoever makes it closes them.
package struct PseudoTerminal {
  package let master: CInt
  package let slave: CInt

  /// nil when the system has none to give.
  package init?(columns: Int = 80, rows: Int = 24) {
    var ends: [CInt] = [-1, -1]
    guard cpseudoterminal_open(CInt(columns), CInt(rows), &ends) == 0 else { return nil }
    (master, slave) = (ends[0], ends[1])
  }
}
