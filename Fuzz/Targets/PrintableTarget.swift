import Screen

/// Visible text is visible, stands for its bytes and for no others, and takes the columns it is said to take.
enum PrintableTarget {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let step = input.number(upTo: 31) + 1
    let skip = input.number(upTo: 40)
    let bytes = Array(input.rest)
    let text = Printable.text(bytes)
    if let complaint = DisplayPolicy.complaint(about: text) { fatalError(complaint) }
    require(Printable.bytes(of: text) == bytes, "the text stands for its bytes")
    require(Printable.text(AnySequence(bytes)) == text, "it does not matter how the bytes are stored")
    bytes.withUnsafeBytes { raw in
      checkAppend(raw, text)
      checkPieces(raw, text, step: step)
      checkOddities(raw, bytes)
      checkPicture(raw, text, skip: skip, limit: step)
    }
  }

  private static func checkAppend(_ raw: UnsafeRawBufferPointer, _ text: String) {
    var output: [UInt8] = [1, 2, 3]
    Printable.append(raw, to: &output)
    require(output.starts(with: [1, 2, 3]) && output.dropFirst(3).elementsEqual(text.utf8), "append adds the text")
  }

  private static func checkPieces(_ raw: UnsafeRawBufferPointer, _ text: String, step: Int) {
    for (limit, escapesBackslash) in [(Int.max, true), (step, true), (step, false)] {
      var pieces = Printable.Pieces(raw, escapesBackslash: escapesBackslash)
      var output: [UInt8] = []
      var columns = 0
      var end = 0
      while let piece = pieces.next(atMost: limit) {
        require(piece.range.lowerBound == end && !piece.range.isEmpty && piece.columns > 0, "pieces follow each other")
        end = piece.range.upperBound
        columns += piece.columns
        require(!piece.isRun || piece.columns <= max(1, limit), "a run is cut")
        if let escape = piece.escape {
          require(escape.count == piece.columns, "an escape has as many columns as characters")
          escape.append(to: &output)
        } else {
          output.append(contentsOf: raw[piece.range])
        }
      }
      require(end == raw.count && pieces.isAtEnd, "pieces cover the bytes")
      require(!escapesBackslash || output.elementsEqual(text.utf8), "the pieces are the text")
      let complaint = DisplayPolicy.complaint(about: String(decoding: output, as: UTF8.self))
      require(complaint == nil, complaint ?? "")
      let counted = Printable.columns(of: raw, escapesBackslash: escapesBackslash)
      require(counted == columns, "the columns are those of the pieces")
      let bounded = Printable.columns(of: raw, upTo: limit, escapesBackslash: escapesBackslash)
      require(columns <= limit ? bounded == columns : bounded > limit, "columns are counted to just past the limit")
    }
    let columns = Printable.columns(of: raw)
    require(Surface.columns(of: text) == columns, "visible text is shown as it is")
  }

  private static func checkOddities(_ raw: UnsafeRawBufferPointer, _ bytes: [UInt8]) {
    let units = DisplayPolicy.units(bytes)
    var expected = Oddities()
    for (scalar, range) in units {
      let unit = Printable.Unit(raw, at: range.lowerBound)
      require(unit.scalar == scalar && unit.length == range.count, "units are what the standard library decodes")
      guard let scalar else {
        expected.illFormed += 1
        continue
      }
      let properties = scalar.properties
      if properties.generalCategory == .control {
        if !["\t", "\n", "\r"].contains(scalar) { expected.controls += 1 }
      } else if properties.isBidiControl {
        expected.bidirectional += 1
      } else if Printable.text("a\(scalar)".utf8).hasPrefix("a\\u") {
        expected.hidden += 1
      }
    }
    let oddities = Printable.oddities(of: raw)
    require(oddities == expected, "\(oddities) are counted, \(expected) are there")
    require(Printable.isHostile(raw) == !oddities.isEmpty, "hostile is what holds anything odd")
  }

  /// Draws the bytes into a field, scrolled and cut, and compares its cells with those of the whole text.
  private static func checkPicture(_ raw: UnsafeRawBufferPointer, _ text: String, skip: Int, limit: Int) {
    let columns = Printable.columns(of: raw)
    var whole = Surface(size: Size(columns: columns + 2, rows: 1))
    let used = whole.draw(untrusted: raw, at: Point(column: 0, row: 0), columns: .max)
    require(used == columns, "the picture has the text's columns")
    require(whole.row(0).map(\.text).joined().utf8.elementsEqual("\(text)  ".utf8), "the picture is the text")

    var part = Surface(size: Size(columns: limit + 4, rows: 3), fill: Cell("#"))
    let shown = part.draw(untrusted: raw, at: Point(column: 2, row: 1), columns: limit, skip: skip)
    require(shown == max(0, min(limit, columns - skip)), "\(shown) of \(columns) - \(skip) columns are used")
    for row in 0..<3 {
      for column in 0..<(limit + 4) where row != 1 || column < 2 || column >= 2 + shown {
        require(part[column, row] == Cell("#"), "nothing is drawn outside of the field")
      }
    }
    var isCut = false
    for column in 0..<shown {
      let (cell, original) = (part[2 + column, 1], whole[skip + column, 0])
      if !isCut, cell == original { continue }
      // The right half of a wide character whose left one is scrolled off, or what no longer fits and the mark for it.
      if column == 0, original.isContinuation, cell == Cell(" ") { continue }
      isCut = true
      let isLast = column == limit - 1
      require(columns - skip > limit, "only what is too long is cut")
      require(cell == Cell(isLast ? Surface.ellipsis : " "), "what is cut ends with its mark")
    }
  }
}
