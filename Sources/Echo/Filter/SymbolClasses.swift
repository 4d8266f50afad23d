import Screen

/// The symbols sorted into classes that a pattern can't tell apart.
struct SymbolClasses: Hashable, Sendable {
  let count: Int
  /// The class of each ASCII character.
  private let ascii: [UInt16]
  /// Where runs of one class begin, and their classes.
  private let bounds: [UInt32]
  private let numbers: [UInt16]

  /// The coarsest classes that tell `sets` apart, and for each class the indices of the sets that hold it.
  static func partition(_ sets: [SymbolSet]) -> (SymbolClasses, members: [[Int]]) {
    let distinct = Array(Set(sets))
    let bounds = Set([0] + distinct.flatMap { $0.ranges.flatMap { [$0.lowerBound, $0.upperBound] } })
      .filter { $0 < PatternSymbol.limit }.sorted()
    var numberOfMembers: [[Int]: UInt16] = [:]
    var classMembers: [[Int]] = []
    var cursors = [Int](repeating: 0, count: distinct.count)
    let numbers = bounds.map { bound in
      let members = distinct.indices.filter { index in
        let ranges = distinct[index].ranges
        while cursors[index] < ranges.count, ranges[cursors[index]].upperBound <= bound { cursors[index] += 1 }
        return cursors[index] < ranges.count && ranges[cursors[index]].contains(bound)
      }
      if let number = numberOfMembers[members] { return number }
      let number = UInt16(classMembers.count)
      numberOfMembers[members] = number
      classMembers.append(members)
      return number
    }
    var places: [SymbolSet: [Int]] = [:]
    for (index, set) in sets.enumerated() { places[set, default: []].append(index) }
    let members = classMembers.map { $0.flatMap { places[distinct[$0]] ?? [] } }
    return (SymbolClasses(count: members.count, bounds: bounds, numbers: numbers), members)
  }

  private init(count: Int, bounds: [UInt32], numbers: [UInt16]) {
    self.count = count
    self.bounds = bounds
    self.numbers = numbers
    ascii = (0..<128 as Range<UInt32>).map { numbers[SymbolClasses.run(of: $0, in: bounds)] }
  }

  private static func run(of value: UInt32, in bounds: [UInt32]) -> Int {
    var low = 0
    var high = bounds.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }

  /// The class of what stands at `index`, which is moved past it.
  @inline(__always)
  func next(in bytes: UnsafeRawBufferPointer, at index: inout Int) -> Int {
    let byte = bytes[index]
    if byte < 0x80 {
      index &+= 1
      return Int(ascii[Int(byte)])
    }
    let unit = Printable.Unit(bytes, at: index)
    index &+= unit.length
    return Int(numbers[SymbolClasses.run(of: PatternSymbol(unit).value, in: bounds)])
  }
}
