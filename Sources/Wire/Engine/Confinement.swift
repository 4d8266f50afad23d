internal import CSystem

/// A sandbox that the kernel knows of, for the threads that enter it.
package final class Confinement: Sendable {
  private let rules: Int32
  private let calls: LandlockCalls

  /// Throws when the kernel has no Landlock, or does not let this process use it.
  package convenience init(_ sandbox: Sandbox) throws(SystemError) { try self.init(sandbox, calls: .kernel) }

  init(_ sandbox: Sandbox, calls: LandlockCalls) throws(SystemError) {
    let version = try Confinement.check("landlock_create_ruleset", calls.version())
    let wanted = LandlockRules(sandbox, version: Int(version))
    self.calls = calls
    rules = try Confinement.check("landlock_create_ruleset", calls.create(wanted))
    // A folder that is not there, or can't be reached, is one where the process could do nothing anyway.
    for folder in wanted.folders { _ = calls.allowFolder(rules, folder) }
    for port in wanted.ports { try Confinement.check("landlock_add_rule", calls.allowPort(rules, port)) }
  }

  deinit { _ = csystem_close(rules) }

  /// Confines the calling thread, and all that it starts from now on, for good; threads that run already are not touched.
  package func enter() throws(SystemError) {
    try Confinement.check("landlock_restrict_self", calls.restrict(rules))
  }

  @discardableResult
  private static func check(_ call: String, _ result: Int32) throws(SystemError) -> Int32 {
    guard result >= 0 else { throw SystemError(call, code: -result) }
    return result
  }
}

extension SystemError {
  /// Whether the system has nothing like what was asked of it, so that there is nothing to repair.
  package var isAbsence: Bool { code == Errno.noSystemCall || code == Errno.notSupported }
}
