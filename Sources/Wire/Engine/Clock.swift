internal import CSystem

/// The clocks of the engine, in nanoseconds.
enum Clock {
  static var wall: Timestamp { Timestamp(nanoseconds: csystem_wall_clock()) }

  /// Never set back; for differences only.
  static var monotonic: Int64 { csystem_monotonic_clock() }
}
