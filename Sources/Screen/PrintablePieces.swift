extension Printable {
  /// A stretch of the input that is shown in one way.
  package struct Piece: Hashable, Sendable {
    /// The input's bytes it stands for.
    package let range: Range<Int>
    /// Columns it takes: for text at least one.
    package let columns: Int
    /// What is shown in place of the bytes; nil when they are shown as they are (valid UTF-8 by the display policy).
    package let escape: Escape?

    /// One column a byte.
    package var isRun: Bool { escape == nil && columns == range.count }

    /// The same piece of bytes that begin elsewhere: its range starts at `start`.
    package func moved(to start: Int) -> Piece {
      Piece(range: start..<(start + range.count), columns: columns, escape: escape)
    }

    /// The columns, counted from its first, that stand for the bytes of `match`: a character and an escape are whole;
    /// nil when it has none of them.
    package func columns(of match: Range<Int>) -> Range<Int>? {
      guard match.overlaps(range) else { return nil }
      guard isRun else { return 0..<columns }
      let part = match.clamped(to: range)
      return (part.lowerBound - range.lowerBound)..<(part.upperBound - range.lowerBound)
    }
  }

  /// Walks the visible form of bytes piece by piece from the start, without memory of its own and without looking further
  /// than the pieces taken: runs of ASCII, one base with its marks, or one escape.
  ///
  /// The bytes have to outlive it.
  package struct Pieces: IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private let escapesBackslash: Bool
    private var base = Base()
    /// The bytes taken so far.
    package private(set) var index = 0

    /// `escapesBackslash` is false for text of our own or the user's, which is not to be read back.
    package init(_ bytes: UnsafeRawBufferPointer, escapesBackslash: Bool = true) {
      self.bytes = bytes
      self.escapesBackslash = escapesBackslash
    }

    package var isAtEnd: Bool { index == bytes.count }

    package mutating func next() -> Piece? { next(atMost: .max) }

    /// The next piece; an ASCII run is cut to `columns` (at least 1), while a base or an escape may be wider than that.
    package mutating func next(atMost columns: Int) -> Piece? {
      guard index < bytes.count else { return nil }
      let start = index
      guard isClean(bytes[start], escapesBackslash: escapesBackslash) else { return cluster() }
      let (limit, isPastEnd) = start.addingReportingOverflow(max(1, columns))
      var clean = cleanEnd(
        of: bytes,
        from: start,
        limit: isPastEnd ? .max : limit,
        escapesBackslash: escapesBackslash
      )
      // The last character of a run goes with the marks that may follow it.
      if clean > start, clean < bytes.count, bytes[clean] >= 0x80 { clean -= 1 }
      if clean > start {
        index = clean
        base = .narrow
        return Piece(range: start..<clean, columns: clean - start, escape: nil)
      }
      return cluster()
    }

    /// One escape, or a base with the marks that follow it.
    private mutating func cluster() -> Piece {
      let start = index
      let first = Unit(bytes, at: start)
      index += first.length
      guard var columns = base.columns(of: first, escapesBackslash: escapesBackslash) else {
        let escape = Escape(first)
        return Piece(range: start..<index, columns: escape.count, escape: escape)
      }
      while index < bytes.count, bytes[index] >= 0x80 {
        let unit = Unit(bytes, at: index)
        guard let scalar = unit.scalar, ScalarWidth.classify(scalar).isMark else { break }
        var next = base
        guard let more = next.columns(of: unit, escapesBackslash: escapesBackslash) else { break }
        base = next
        columns += more
        index += unit.length
      }
      return Piece(range: start..<index, columns: columns, escape: nil)
    }
  }
}
