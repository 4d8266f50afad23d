import Synchronization

@testable import Wire

/// Something that a test opens while a wire thread looks at it.
final class ServerGate: Sendable {
  private let state = Atomic(false)
  var isOpen: Bool { state.load(ordering: .sequentiallyConsistent) }
  func open() { state.store(true, ordering: .sequentiallyConsistent) }
}

/// Numbers the calls of a scripted system call from 1.
final class ServerScript: Sendable {
  private let state = Atomic(0)
  var count: Int { state.load(ordering: .sequentiallyConsistent) }
  func next() -> Int { state.add(1, ordering: .sequentiallyConsistent).newValue }
}
