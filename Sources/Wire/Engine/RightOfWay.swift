internal import CSystem
internal import Synchronization

/// What a key that a user pressed has, for a moment, before the threads that respect it: whoever works for it may be waiting
/// for their processor.
package final class RightOfWay: Sendable {
  private static let nanoseconds: Int64 = 5_000_000

  /// Where keys come from; the wire watches it, and leaves what comes to its reader.
  let input: Int32?
  let end = Atomic<Int64>(0)

  /// `input` is a descriptor that stays open, best a terminal's: each time something comes there the right is granted.
  package init(input: Int32? = nil) { self.input = input }

  package func grant() { end.store(Clock.monotonic + RightOfWay.nanoseconds, ordering: .relaxed) }

  /// Lets whoever waits for the calling thread's processor run, if that has been granted: for the rest of its turn at most.
  package func respect() { respect(now: Clock.monotonic) }

  @inline(__always)
  func respect(now: Int64) { if now < end.load(ordering: .relaxed) { csystem_thread_yield() } }
}
