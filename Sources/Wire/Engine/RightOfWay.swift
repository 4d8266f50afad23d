internal import CSystem
internal import Synchronization

/// What others have before the wire on its processor, for a moment: somebody waits for what they do.
final class RightOfWay: Sendable {
  private static let nanoseconds: Int64 = 5_000_000

  private let end = Atomic<Int64>(0)

  func grant() { end.store(Clock.monotonic + RightOfWay.nanoseconds, ordering: .relaxed) }

  /// Lets whoever waits for the processor run, if that has been granted.
  @inline(__always)
  func respect(now: Int64) { if now < end.load(ordering: .relaxed) { csystem_thread_yield() } }
}
