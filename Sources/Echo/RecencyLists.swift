/// Values by key, each in one of a few lists that go from the one touched last to the one touched longest ago.
///
/// Every change is O(1), apart from what the memory for it costs; nothing is moved when an entry goes.
struct RecencyLists<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Node: Sendable {
    let key: Key
    var value: Value
    var list: Int
    /// The place of the one touched after this one.
    var newer: Int?
    /// The place of the one touched before this one.
    var older: Int?
  }

  private struct Ends: Sendable {
    var newest: Int?
    var oldest: Int?
    var count = 0
  }

  private var nodes: [Node?] = []
  private var places: [Key: Int] = [:]
  private var free: [Int] = []
  private var ends: [Ends]
  /// Where the last change was: those who talk, talk again.
  private var lastPlace = 0

  /// Lists are numbered from 0.
  init(lists: Int) { ends = Array(repeating: Ends(), count: lists) }

  func count(in list: Int) -> Int { ends[list].count }

  subscript(key: Key) -> Value? { place(of: key).flatMap { nodes[$0]?.value } }

  /// Changes the value of a key, which becomes the newest of a list, and says whether it is a new one; a key that has none
  /// gets what `change` puts in place of nil.
  @discardableResult
  mutating func update(_ key: Key, in list: Int, change: (inout Value?) -> Void) -> Bool {
    if let place = place(of: key), var node = nodes[place] {
      var value: Value? = node.value
      nodes[place] = nil
      change(&value)
      if let value { node.value = value }
      nodes[place] = node
      lastPlace = place
      if node.list != list || ends[list].newest != place {
        unlink(place)
        link(place, in: list)
      }
      return false
    }
    var value: Value?
    change(&value)
    guard let value else { return false }
    let place = free.popLast() ?? nodes.count
    let node = Node(key: key, value: value, list: list)
    if place == nodes.count { nodes.append(node) } else { nodes[place] = node }
    places[key] = place
    lastPlace = place
    link(place, in: list)
    return true
  }

  mutating func removeOldest(of list: Int) {
    guard let place = ends[list].oldest, let key = nodes[place]?.key else { return }
    unlink(place)
    places[key] = nil
    nodes[place] = nil
    free.append(place)
  }

  /// At most `limit` of a list, the newest first.
  func newest(_ limit: Int, of list: Int) -> [(key: Key, value: Value)] {
    var found: [(key: Key, value: Value)] = []
    var place = ends[list].newest
    while found.count < limit, let here = place, let node = nodes[here] {
      found.append((node.key, node.value))
      place = node.older
    }
    return found
  }

  func forEach(_ body: (Key, Value) -> Void) {
    for case let node? in nodes { body(node.key, node.value) }
  }

  private func place(of key: Key) -> Int? {
    if lastPlace < nodes.count, let last = nodes[lastPlace], last.key == key { return lastPlace }
    return places[key]
  }

  private mutating func link(_ place: Int, in list: Int) {
    let newest = ends[list].newest
    nodes[place]?.list = list
    nodes[place]?.newer = nil
    nodes[place]?.older = newest
    if let newest { nodes[newest]?.newer = place } else { ends[list].oldest = place }
    ends[list].newest = place
    ends[list].count += 1
  }

  private mutating func unlink(_ place: Int) {
    guard let node = nodes[place] else { return }
    if let newer = node.newer { nodes[newer]?.older = node.older } else { ends[node.list].newest = node.older }
    if let older = node.older { nodes[older]?.newer = node.newer } else { ends[node.list].oldest = node.newer }
    ends[node.list].count -= 1
  }
}
