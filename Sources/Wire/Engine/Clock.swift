internal import CSystem

/// The clocks of the engine, in nanoseconds.
enum Clock {
  static var wall: Timestamp { Timestamp(nanoseconds: csystem_wall_clock()) }

  /// Never set back; for differences only.
  static var monotonic: Int64 { csystem_monotonic_clock() }

  /// How long a poll is to wait for a moment, in whole milliseconds: never too short, 0 when it has passed.
  static func milliseconds(from now: Int64, to moment: Int64) -> Int32 {
    Int32(clamping: (max(0, moment &- now) &+ 999_999) / 1_000_000)
  }
}
