import Screen
import Terminal

/// A terminal's bytes are the same keys wherever they are split; a paste is its bytes, and nothing pending outlives a
/// timeout.
enum KeysTarget {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let maximumPaste = input.number(upTo: 24) + 1
    let cuts = input.cuts()
    let bytes = Array(input.rest)
    var decoder = InputDecoder(maximumPaste: maximumPaste)
    let expected = decoder.decode(bytes)
    check(expected, ofAtMost: bytes.count, maximumPaste)
    for pieces in [FuzzInput.cut(bytes, cuts), bytes.indices.map { bytes[$0...$0] }] {
      var split = InputDecoder(maximumPaste: maximumPaste)
      let events = pieces.flatMap { split.decode($0) }
      require(events == expected, "split: \(events), whole: \(expected)")
      require(split.pendingTimeout == decoder.pendingTimeout, "the same is pending")
      var whole = decoder
      require(split.timeOut() == whole.timeOut(), "the same is left")
    }
    let wasPending = decoder.pendingTimeout != nil
    let left = decoder.timeOut()
    require(wasPending || left.isEmpty, "only what is pending is left")
    check(expected + left, ofAtMost: bytes.count, maximumPaste)
    require(decoder.pendingTimeout == nil, "nothing is pending after a timeout")
    require(decoder.decode(Array("a".utf8)) == [.key(.character("a"))], "keys go on after a timeout")
    checkTimeouts(FuzzInput.cut(bytes, cuts), maximumPaste)
    checkPaste(bytes, maximumPaste)
  }

  /// A timeout at each border makes other events, but no more than the bytes can mean.
  private static func checkTimeouts(_ pieces: [ArraySlice<UInt8>], _ maximumPaste: Int) {
    var decoder = InputDecoder(maximumPaste: maximumPaste)
    var events: [InputEvent] = []
    for piece in pieces {
      events += decoder.decode(piece)
      if decoder.pendingTimeout != nil { events += decoder.timeOut() }
    }
    check(events, ofAtMost: pieces.reduce(0) { $0 + $1.count }, maximumPaste)
  }

  private static func check(_ events: [InputEvent], ofAtMost count: Int, _ maximumPaste: Int) {
    require(events.count <= count, "\(events.count) events of \(count) bytes")
    var pasted = 0
    for event in events {
      switch event {
      case .paste(let bytes):
        require(bytes.count <= maximumPaste, "a paste of \(bytes.count) bytes, \(maximumPaste) are allowed")
        pasted += bytes.count
      case .key(let key):
        guard case .character(let character) = key.code else { continue }
        let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
        require(!isControl, "\(key) is a control character")
      case .mouse(let mouse): require(mouse.point.column >= 0 && mouse.point.row >= 0, "\(mouse) is off the screen")
      case .focus: break
      }
    }
    require(pasted <= count, "no more is pasted than came")
  }

  private static func checkPaste(_ bytes: [UInt8], _ maximumPaste: Int) {
    let endMark = Array("\u{1B}[201~".utf8)
    guard !bytes.indices.contains(where: { bytes[$0...].starts(with: endMark) }) else { return }
    var decoder = InputDecoder(maximumPaste: maximumPaste)
    let events = decoder.decode(Array("\u{1B}[200~".utf8) + bytes + endMark + Array("a".utf8))
    require(events.last == .key(.character("a")), "a paste ends")
    let pasted = events.dropLast().flatMap { event in
      if case .paste(let bytes) = event { return bytes }
      fatalError("\(event) is no paste")
    }
    require(pasted == bytes, "a paste is its bytes")
    require(events.count == bytes.count / maximumPaste + 2, "a paste comes in as few pieces as can be")
  }
}
