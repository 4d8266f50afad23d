internal import CSystem

/// The system calls of Landlock, as values: tests put other kernels in their place.
///
/// Each returns what the call returns, or the negated errno.
struct LandlockCalls: Sendable {
  var version: @Sendable () -> Int32 = { csystem_landlock_version() }
  /// A descriptor of rules.
  var create: @Sendable (LandlockRules) -> Int32 = { rules in
    csystem_landlock_create(rules.files.rawValue, rules.network.rawValue, rules.scopes.rawValue)
  }
  var allowFolder: @Sendable (_ descriptor: Int32, LandlockRules.Folder) -> Int32 = { descriptor, folder in
    csystem_landlock_allow_folder(descriptor, folder.path, folder.rights.rawValue)
  }
  var allowPort: @Sendable (_ descriptor: Int32, _ port: UInt16) -> Int32 = { descriptor, port in
    csystem_landlock_allow_port(descriptor, port, LandlockRules.Network.connect.rawValue)
  }
  var restrict: @Sendable (_ descriptor: Int32) -> Int32 = { csystem_landlock_restrict($0) }

  /// The kernel's own.
  static let kernel = LandlockCalls()
}
