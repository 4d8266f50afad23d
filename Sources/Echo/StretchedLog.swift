import Wire

/// Rows of a log that lie together, to be read in bulk.
protocol LogStretch {
  /// The ids that it tells of; one without a row is of none that there is, or that could be read.
  var range: Range<UInt64> { get }

  /// The places of its rows with these ids.
  func places(of ids: Range<UInt64>) -> Range<Int>

  /// Gives `body` the rows of some places, in order or the other way round, until it returns false; returns the id of
  /// the row where it did.
  func visit(_ places: Range<Int>, isReversed: Bool, _ body: RowVisitor) -> UInt64?
}

extension LogStretch where Self: LogChunk {
  var range: Range<UInt64> { firstID..<(firstID + UInt64(rowCount)) }

  func places(of ids: Range<UInt64>) -> Range<Int> {
    let held = ids.clamped(to: range)
    return Int(held.lowerBound - firstID)..<Int(held.upperBound - firstID)
  }
}

/// A log that is scanned a stretch at a time.
protocol StretchedLog: RowLog {
  associatedtype Stretch: LogStretch

  /// The stretch that an id is in, and such as follow it or, reversed, stand before it; nil where that is still open.
  func stretch(of id: UInt64, isReversed: Bool) -> Stretch?
}

extension StretchedLog {
  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64 {
    scanStretches(ids, isReversed: isReversed, body)
  }

  /// The scan of a log that has nothing but its stretches.
  func scanStretches(_ ids: Range<UInt64>, isReversed: Bool, _ body: RowVisitor) -> UInt64 {
    isReversed ? scanBackward(ids, body) : scanForward(ids, body)
  }

  private func scanForward(_ ids: Range<UInt64>, _ body: RowVisitor) -> UInt64 {
    let end = min(ids.upperBound, endID)
    var next = min(max(ids.lowerBound, firstID), endID)
    while next < end, let stretch = stretch(of: next, isReversed: false) {
      let places = stretch.places(of: next..<end)
      if let stop = stretch.visit(places, isReversed: false, body) { return stop + 1 }
      next = min(stretch.range.upperBound, end)
      // Through what can't be read it goes a stretch at a time.
      if places.isEmpty { break }
    }
    return next
  }

  private func scanBackward(_ ids: Range<UInt64>, _ body: RowVisitor) -> UInt64 {
    let start = max(ids.lowerBound, firstID)
    var end = max(min(ids.upperBound, endID), firstID)
    while start < end, let stretch = stretch(of: end - 1, isReversed: true) {
      let places = stretch.places(of: start..<end)
      if let stop = stretch.visit(places, isReversed: true, body) { return stop }
      end = max(stretch.range.lowerBound, start)
      if places.isEmpty { break }
    }
    return end
  }
}
