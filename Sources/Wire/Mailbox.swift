/// Hands events from one thread to another in whole batches: bounded, and waking the reader only when it has nothing.
///
/// Full means that the poster is told so: it holds its sources, or drops its copy and counts it, as its policy says.
package final class Mailbox<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var cost = 0
    var posterWaits = false
  }

  private let state = Guarded(State())
  private let capacity: Int
  private let wakeReader: @Sendable () -> Void
  private let wakePoster: @Sendable () -> Void

  /// `capacity` is in the unit of the costs that are posted; `wakePoster` is called after a drain when a post or an offer found it full.
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
  /// until it is woken. The bound is thus passed by one element at most.
  package func post(_ element: Element, cost: Int) -> Bool {
    let (wasEmpty, hasRoom) = state.withLock { state in
      let wasEmpty = state.elements.isEmpty
      state.elements.append(element)
      state.cost += cost
      let hasRoom = state.cost < capacity
      if !hasRoom { state.posterWaits = true }
      return (wasEmpty, hasRoom)
    }
    if wasEmpty { wakeReader() }
    return hasRoom
  }

  /// Takes the element only if there is room; for what must not be missed, there may be some in `reserve`.
  package func offer(_ element: Element, cost: Int, reserve: Int = 0) -> Bool {
    let (wasEmpty, taken) = state.withLock { state in
      guard state.cost < capacity &+ reserve else {
        state.posterWaits = true
        return (false, false)
      }
      let wasEmpty = state.elements.isEmpty
      state.elements.append(element)
      state.cost += cost
      return (wasEmpty, true)
    }
    if wasEmpty { wakeReader() }
    return taken
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
