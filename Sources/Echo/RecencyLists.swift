/// Values by key, each in one of a few lists that go from the one touched last to the one touched longest ago.
///
/// Every change is O(1), apart from what the memory for it costs; nothing is moved when an entry goes.
struct RecencyLists<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// An entry's list and its neighbours there, as places; `nowhere` is none.
  private struct Link: Sendable {
    /// `nowhere` for an entry that was removed.
    var list: Int32
    /// The one touched after this one.
    var newer: Int32
    /// The one touched before this one.
    var older: Int32
  }

  private struct Ends: Sendable {
    var newest: Int32 = -1
    var oldest: Int32 = -1
    var count = 0
  }

  private static var nowhere: Int32 { -1 }

  // Three arrays with a place each for an entry, so that a change touches no more than it has to.
  private var keys: [Key] = []
  private var values: [Value] = []
  private var links: [Link] = []
  private var places: [Key: Int32] = [:]
  private var free: [Int32] = []
  private var ends: [Ends]
  /// Where the last change was: those who talk, talk again.
  private var lastPlace: Int32 = -1

  /// Lists are numbered from 0.
  init(lists: Int) { ends = Array(repeating: Ends(), count: lists) }

  func count(in list: Int) -> Int { ends[list].count }

  subscript(key: Key) -> Value? { place(of: key).map { values[Int($0)] } }

  /// Changes the value of a key, which begins as `initial`, and makes it the newest of a list; says whether it is new.
  @discardableResult
  mutating func update(
    _ key: Key,
    in list: Int,
    initial: @autoclosure () -> Value,
    change: (inout Value) -> Void
  ) -> Bool {
    if let place = place(of: key) {
      change(&values[Int(place)])
      lastPlace = place
      if links[Int(place)].list != list || ends[list].newest != place {
        unlink(place)
        link(place, in: list)
      }
      return false
    }
    var value = initial()
    change(&value)
    let place: Int32
    if let used = free.popLast() {
      place = used
      keys[Int(place)] = key
      values[Int(place)] = value
    } else {
      place = Int32(keys.count)
      keys.append(key)
      values.append(value)
      links.append(Link(list: Self.nowhere, newer: Self.nowhere, older: Self.nowhere))
    }
    places[key] = place
    lastPlace = place
    link(place, in: list)
    return true
  }

  mutating func removeOldest(of list: Int) {
    let place = ends[list].oldest
    guard place != Self.nowhere else { return }
    unlink(place)
    places[keys[Int(place)]] = nil
    free.append(place)
  }

  /// At most `limit` of a list, the newest first.
  func newest(_ limit: Int, of list: Int) -> [(key: Key, value: Value)] {
    var found: [(key: Key, value: Value)] = []
    var place = ends[list].newest
    while found.count < limit, place != Self.nowhere {
      found.append((keys[Int(place)], values[Int(place)]))
      place = links[Int(place)].older
    }
    return found
  }

  func forEach(_ body: (Key, Value) -> Void) {
    for place in links.indices where links[place].list != Self.nowhere { body(keys[place], values[place]) }
  }

  private func place(of key: Key) -> Int32? {
    if lastPlace != Self.nowhere, links[Int(lastPlace)].list != Self.nowhere, keys[Int(lastPlace)] == key {
      return lastPlace
    }
    return places[key]
  }

  private mutating func link(_ place: Int32, in list: Int) {
    let newest = ends[list].newest
    links[Int(place)] = Link(list: Int32(list), newer: Self.nowhere, older: newest)
    if newest != Self.nowhere { links[Int(newest)].newer = place } else { ends[list].oldest = place }
    ends[list].newest = place
    ends[list].count += 1
  }

  private mutating func unlink(_ place: Int32) {
    let link = links[Int(place)]
    let list = Int(link.list)
    if link.newer != Self.nowhere { links[Int(link.newer)].older = link.older } else { ends[list].newest = link.older }
    if link.older != Self.nowhere { links[Int(link.older)].newer = link.newer } else { ends[list].oldest = link.newer }
    ends[list].count -= 1
    links[Int(place)].list = Self.nowhere
  }
}
