import Wire

@testable import Echo

/// A filter is read or refused, never both; its canonical text is the same filter, and it lets through what it says.
enum FilterTarget {
  /// The filter's text up to a NUL, then a row.
  static func run(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let source = String(decoding: parts[0], as: UTF8.self)
    let node: FilterNode
    let filter: Filter
    do throws(FilterError) {
      node = try FilterParser.parse(source)
      filter = try Filter.parse(source)
    } catch {
      require((1...source.count + 1).contains(error.column), "column \(error.column) is in the text")
      require(!error.reason.isEmpty, "an error has a reason")
      return
    }
    let again: Filter
    do throws(FilterError) {
      again = try Filter.parse(filter.description)
    } catch {
      fatalError("the canonical \(filter.description.debugDescription) is refused: \(error)")
    }
    guard let nodeAgain = try? FilterParser.parse(filter.description) else { fatalError("it is refused") }
    require(isSame(node, nodeAgain), "\(filter) is read as another tree")
    require(again.description.utf8.elementsEqual(filter.description.utf8), "\(filter) is read as \(again)")

    var input = FuzzInput(parts.count > 1 ? Array(parts[1]) : [])
    let flags = MessageRecord.Flags(rawValue: UInt16(input.number(upTo: 2047)))
    let framing = FramerTarget.framing(&input)
    let peer = input.flag() ? peer(&input) : nil
    let wireCount = UInt64(input.number(upTo: 5000))
    let payload = Array(input.rest)
    payload.withUnsafeBytes { raw in
      let record = MessageRecord(
        sequence: 1,
        time: Timestamp(nanoseconds: 0),
        wireCount: wireCount,
        offset: 0,
        count: UInt32(raw.count),
        peer: 0,
        flags: flags
      )
      let matches = filter.matches(record, peer, raw, framing: framing)
      require(again.matches(record, peer, raw, framing: framing) == matches, "\(filter) matches as it does itself")
      let row = FilterRow(record: record, peer: peer, bytes: raw, framing: framing)
      require(matchesPaused(filter, row) == matches, "\(filter) matches whether it is paused or not")
      require(NaiveFilter.matches(node, row) == matches, "\(filter) matches as it is written")
    }
  }

  private static func matchesPaused(_ filter: Filter, _ row: FilterRow) -> Bool {
    var progress = FilterProgress()
    while true {
      var budget = WorkBudget(3)
      if let isMatch = filter.matches(row, &progress, &budget) { return isMatch }
    }
  }

  private static func isSame(_ left: FilterNode, _ right: FilterNode) -> Bool {
    switch (left, right) {
    case (.test(.pattern(let left), _), .test(.pattern(let right), _)): isSame(left, right)
    case (.test(.addressText(let left), _), .test(.addressText(let right), _)): isSame(left, right)
    case (.test(let left, _), .test(let right, _)): left == right
    case (.not(let left), .not(let right)): isSame(left, right)
    case (.all(let left), .all(let right)), (.any(let left), .any(let right)):
      left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
    default: false
    }
  }

  /// Expressions are the same if their trees are: a slash may be written in two ways.
  private static func isSame(_ left: BytePattern, _ right: BytePattern) -> Bool {
    let syntax = try? PatternParser.parse(left.source, ignoresCase: left.ignoresCase)
    return syntax != nil && syntax == (try? PatternParser.parse(right.source, ignoresCase: right.ignoresCase))
  }

  private static func peer(_ input: inout FuzzInput) -> Peer {
    let transports = Transport.allCases
    return Peer(
      connection: ConnectionID(UInt32(input.number(upTo: 20))),
      transport: transports[input.number(upTo: transports.count - 1)],
      address: AddressTarget.address(&input)
    )
  }
}

/// A filter's meaning, written as plainly as can be.
enum NaiveFilter {
  static func matches(_ node: FilterNode, _ row: FilterRow) -> Bool {
    switch node {
    case .not(let node): return !matches(node, row)
    case .all(let nodes): return !nodes.contains { !matches($0, row) }
    case .any(let nodes): return nodes.contains { matches($0, row) }
    case .test(.text(let search), _): return !places(of: search, in: Array(row.shown)).isEmpty
    case .test(.bytes(let search), _): return !row.isEvent && !places(of: search, in: Array(row.bytes)).isEmpty
    case .test(let test, _):
      var place = SearchPlace()
      var budget = WorkBudget.unlimited
      return test.matches(row, &place, &budget) ?? false
    }
  }

  /// Where a search's matches begin.
  static func places(of search: ByteSearch, in bytes: [UInt8]) -> [Int] {
    let count = search.needle.count
    guard bytes.count >= count else { return [] }
    return (0...(bytes.count - count)).filter { start in
      zip(bytes[start..<(start + count)], search.needle).allSatisfy { byte, wanted in
        byte == wanted || (search.ignoresCase && (0x41...0x5A).contains(byte) && byte + 0x20 == wanted)
      }
    }
  }
}
