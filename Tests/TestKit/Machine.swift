import Wire

/// What the machine that the tests run on has, and others have not.
package enum Machine {
  /// Whether a process can confine itself here.
  package static let hasLandlock = (try? Confinement(Sandbox())) != nil
}
