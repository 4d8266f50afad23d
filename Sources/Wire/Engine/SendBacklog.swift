/// Counts what was given to a client and is not written yet, so that whoever reads a large input can wait.
final class SendBacklog: Sendable {
  private struct State {
    var cost = 0
    var posterWaits = false
  }

  private let state = Guarded(State())
  private let capacity: Int
  private let wakePoster: @Sendable () -> Void

  /// `wakePoster` is called when half of the capacity is free again after it was found used up.
  init(capacity: Int, wakePoster: @escaping @Sendable () -> Void) {
    self.capacity = capacity
    self.wakePoster = wakePoster
  }

  var hasRoom: Bool { add(0) }

  /// Takes the cost whatever the load; false says that the capacity is used up.
  func add(_ cost: Int) -> Bool {
    state.withLock { state in
      state.cost += cost
      if state.cost < capacity { return true }
      state.posterWaits = true
      return false
    }
  }

  func remove(_ cost: Int) {
    let wakes = state.withLock { state in
      state.cost -= cost
      guard state.posterWaits, state.cost <= capacity / 2 else { return false }
      state.posterWaits = false
      return true
    }
    if wakes { wakePoster() }
  }
}
