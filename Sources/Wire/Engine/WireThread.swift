internal import CSystem
internal import Synchronization

/// A thread beside the program's main one, with every signal blocked so that signals go there.
package final class WireThread: Sendable {
  private final class Body {
    private let name: String
    private let nice: Int32
    private let body: () -> Void

    init(name: String, nice: Int32 = 0, _ body: sending @escaping () -> Void) {
      self.name = name
      self.nice = nice
      self.body = body
    }

    func run() {
      csystem_thread_name(name)
      if nice != 0 {
        csystem_thread_nice(nice)
        // Who gets little gets it late, too, unless it asks for little at a time.
        Turns.short.take()
      }
      body()
    }
  }

  /// The joinable handle as bits, 0 once joined.
  private let handle: Mutex<UInt>

  /// `nice` is how much the thread leaves to others, in the sense of nice(2).
  package init(name: String, nice: Int32 = 0, _ run: sending @escaping () -> Void) throws(SystemError) {
    var thread: UnsafeMutableRawPointer?
    try WireThread.start(&thread, Body(name: name, nice: nice, run))
    handle = Mutex(UInt(bitPattern: thread))
  }

  /// Starts a thread that nobody waits for: it must own, or share safely, all that it touches.
  static func startDetached(name: String, _ run: sending @escaping () -> Void) throws(SystemError) {
    try start(nil, Body(name: name, run))
  }

  /// A thread whose handle nobody takes gives itself back when it ends.
  private static func start(
    _ handle: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ body: Body
  ) throws(SystemError) {
    let body = Unmanaged.passRetained(body)
    let result = csystem_thread_start(
      handle,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      },
      body.toOpaque()
    )
    guard result == 0 else {
      body.release()
      throw SystemError("pthread_create", code: -result)
    }
  }

  /// Waits for the thread's end; later calls return at once.
  package func join() {
    let bits = handle.withLock { handle in
      defer { handle = 0 }
      return handle
    }
    if bits != 0 { csystem_thread_join(UnsafeMutableRawPointer(bitPattern: bits)) }
  }
}
