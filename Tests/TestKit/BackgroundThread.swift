import CPseudoTerminal
import Glibc

/// A thread of a test's own, for what blocks: the tasks' pool has as few threads as the machine has cores, and tests that
/// wait for a program hold them.
package final class BackgroundThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private var thread = pthread_t()
  private var isJoined = false

  package init(_ body: @escaping @Sendable () -> Void) {
    let argument = Unmanaged.passRetained(Body(body)).toOpaque()
    let code = pthread_create(
      &thread,
      nil,
      { argument in
        Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      },
      argument
    )
    precondition(code == 0, "pthread_create: \(code)")
  }

  /// Waits until the body has returned.
  package func join() {
    guard !isJoined else { return }
    isJoined = true
    pthread_join(thread, nil)
  }

  deinit { join() }

  /// Has the thread that calls it, and no other, use files as a user who owns none; false where it may not.
  package static func useFilesAsNobody() -> Bool { cpseudoterminal_use_files_as_nobody() }
}
