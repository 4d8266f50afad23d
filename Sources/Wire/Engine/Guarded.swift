internal import CSystem
internal import Synchronization

/// A value of which one thread at a time gets hold, by a Mutex of which the thread sanitizer is told: that takes a lock in
/// code that is not built for the sanitizer, which would see no order between two holders.
final class Guarded<Value: ~Copyable>: Sendable {
  private let mutex: Mutex<Value>

  init(_ value: consuming sending Value) { mutex = Mutex(value) }

  func withLock<Result: ~Copyable>(_ body: (inout sending Value) -> sending Result) -> sending Result {
    let name = Unmanaged.passUnretained(self).toOpaque()
    return mutex.withLock { value in
      csystem_lock_taken(name)
      defer { csystem_lock_left(name) }
      return body(&value)
    }
  }
}
