internal import CSystem

/// How long a thread keeps a processor that others wait for.
package enum Turns: Int64 {
  /// Nanoseconds, shorter than what is usual: it is among the first to run when it is woken.
  case short = 200_000
  /// Longer: whoever is woken runs at once, and need not wait for the turn's end.
  case long = 20_000_000

  /// Has the calling thread take such turns, where the system can do that; its share of the processor stays as it is.
  package func take() { csystem_thread_turns(rawValue) }
}
