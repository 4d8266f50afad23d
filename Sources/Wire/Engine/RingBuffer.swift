/// Elements in their order, taken off at the front and added at the back, neither of which moves any other.
struct RingBuffer<Element> {
  private var slots: [Element?] = []
  private var start = 0
  private(set) var count = 0

  /// The element that is so far behind the first; nil where there is none.
  subscript(_ distance: Int) -> Element? {
    0..<count ~= distance ? slots[slot(distance)] : nil
  }

  var first: Element? { self[0] }

  /// To be changed in place only where there is one, and not to nil.
  var last: Element? {
    get { self[count &- 1] }
    _modify { yield &slots[slot(count &- 1)] }
  }

  mutating func append(_ element: Element) {
    if count == slots.count { grow() }
    slots[slot(count)] = element
    count &+= 1
  }

  mutating func removeFirst() {
    guard count > 0 else { return }
    slots[start] = nil
    start = slot(1)
    count &-= 1
  }

  /// The number of slots is a power of two.
  private func slot(_ distance: Int) -> Int { (start &+ distance) & (slots.count &- 1) }

  private mutating func grow() {
    var more: [Element?] = []
    let capacity = max(16, 2 * count)
    more.reserveCapacity(capacity)
    for distance in 0..<count { more.append(slots[slot(distance)].take()) }
    more.append(contentsOf: repeatElement(nil, count: capacity - count))
    slots = more
    start = 0
  }
}
