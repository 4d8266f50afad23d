/// Hands events from one thread to another in whole batches: bounded, and waking the reader once for all that it finds.
///
/// Full means that the poster is told so: it holds its sources, or drops its copy and counts it, as its policy says.
package final class Mailbox<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var cost = 0
    var posterWaits = false
    /// Whether the reader knows that there is something.
    var isReaderWoken = false

    /// Whether the reader has to be woken, which is then about to happen.
    mutating func claimWake() -> Bool {
      defer { isReaderWoken = true }
      return !isReaderWoken
    }
  }

  private let state = Guarded(State())
  private let capacity: Int
  private let wakeReader: @Sendable () -> Void
  private let wakePoster: @Sendable () -> Void

  /// `capacity` is in the unit of the costs that are posted; `wakePoster` is called after a drain when a post or an offer found
  /// it full.
  package init(
    capacity: Int,
    wakeReader: @escaping @Sendable () -> Void,
    wakePoster: @escaping @Sendable () -> Void = {}
  ) {
    self.capacity = capacity
    self.wakeReader = wakeReader
    self.wakePoster = wakePoster
  }

  /// Takes the element whatever the load; false says that the mailbox is now full and the poster should hold its sources
  /// until it is woken. The bound is thus passed by one element at most. Who posts more at once, and so wakes nobody yet,
  /// calls `wake` after it.
  package func post(_ element: Element, cost: Int, wakes: Bool = true) -> Bool {
    let (isToWake, hasRoom) = state.withLock { state in
      state.elements.append(element)
      state.cost += cost
      let hasRoom = state.cost < capacity
      if !hasRoom { state.posterWaits = true }
      return (wakes && state.claimWake(), hasRoom)
    }
    if isToWake { wakeReader() }
    return hasRoom
  }

  /// Takes the element only if there is room; for what must not be missed, there may be some in `reserve`.
  package func offer(_ element: Element, cost: Int, reserve: Int = 0, wakes: Bool = true) -> Bool {
    let (isToWake, taken) = state.withLock { state in
      guard state.cost < capacity &+ reserve else {
        state.posterWaits = true
        return (false, false)
      }
      state.elements.append(element)
      state.cost += cost
      return (wakes && state.claimWake(), true)
    }
    if isToWake { wakeReader() }
    return taken
  }

  /// Wakes the reader if there is something that it does not know of.
  package func wake() {
    let isToWake = state.withLock { state in !state.elements.isEmpty && state.claimWake() }
    if isToWake { wakeReader() }
  }

  /// Whether a post would be welcome; where it would not, the poster is woken after the next drain.
  package var hasRoom: Bool {
    state.withLock { state in
      let hasRoom = state.cost < capacity
      if !hasRoom { state.posterWaits = true }
      return hasRoom
    }
  }

  /// Takes everything out, oldest first.
  package func drain() -> [Element] {
    let (elements, posterWaits) = state.withLock { state in
      let taken = (state.elements, state.posterWaits)
      state = State()
      return taken
    }
    if posterWaits { wakePoster() }
    return elements
  }
}
