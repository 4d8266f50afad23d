import TestKit
import Testing

@testable import Wire

/// What a framer made of a stream, in a form that can be compared.
private struct Cut: Equatable {
  var payload: [UInt8]
  var wireCount: UInt64
  var isTruncated = false
  var isPartial = false
}

/// Feeds pieces to a framer, and checks of each that it is known whether it is one whole message, that no byte is uncounted
/// and that no more than the limit is held.
private func cut(_ pieces: [ArraySlice<UInt8>], _ framing: Framing, limit: Int = 1 << 20) -> [Cut] {
  var framer = Framer(framing, limit: limit)
  var cuts: [Cut] = []
  var fed: UInt64 = 0
  for piece in pieces {
    let before = (frames: cuts.count, pending: framer.pendingCount)
    Array(piece).withUnsafeBytes { input in
      let isWhole = framer.isWhole(input, except: 0x2e)
      defer {
        let isOne = before.pending == 0 && cuts.count == before.frames + 1 && framer.pendingCount == 0
        #expect(
          isWhole == (isOne && framing.delimiter != nil && cuts.last?.isTruncated == false && piece.first != 0x2e)
        )
      }
      var position = 0
      while let frame = framer.next(in: input, from: &position) {
        let payload = frame.isHeld ? framer.held : Array(input[frame.start..<(frame.start + frame.count)])
        #expect(payload.count == frame.count)
        cuts.append(Cut(payload: payload, wireCount: frame.wireCount, isTruncated: frame.isTruncated))
      }
      #expect(position == input.count)
    }
    fed += UInt64(piece.count)
    #expect(cuts.reduce(0) { $0 + $1.wireCount } + framer.pendingCount == fed)
    #expect(framer.held.count <= limit)
  }
  if let frame = framer.finish() {
    cuts.append(
      Cut(
        payload: framer.held,
        wireCount: frame.wireCount,
        isTruncated: frame.isTruncated,
        isPartial: frame.isPartial
      )
    )
  }
  #expect(framer.finish() == nil)
  return cuts
}

/// The same, written to be obviously right: the whole stream at once.
private func reference(_ stream: [UInt8], _ framing: Framing, limit: Int) -> [Cut] {
  var cuts: [Cut] = []
  var rest = stream[...]
  func add(_ payload: ArraySlice<UInt8>, wire: Int, isPartial: Bool = false) {
    cuts.append(
      Cut(
        payload: Array(payload.prefix(limit)),
        wireCount: UInt64(wire),
        isTruncated: payload.count > limit,
        isPartial: isPartial
      )
    )
  }
  while !rest.isEmpty {
    let header = framing.headerCount
    var size: Int?
    if let delimiter = framing.delimiter {
      size = rest.firstIndex(of: delimiter).map { $0 - rest.startIndex }
    } else if case .fixed(let count) = framing {
      size = count
    } else if rest.count >= header {
      size = rest.prefix(header).reduce(0) { $0 << 8 | Int($1) }
    }
    let trailer = framing.delimiter == nil ? 0 : 1
    guard let size, header + size + trailer <= rest.count else {
      add(rest.dropFirst(header), wire: rest.count, isPartial: true)
      break
    }
    add(rest.dropFirst(header).prefix(size), wire: header + size + trailer)
    rest = rest.dropFirst(header + size + trailer)
  }
  return cuts
}

@Suite struct ServerFramerTests {
  static let framings: [Framing] = [.line, .crlf, .nul, .length16, .length32, .fixed(1), .fixed(3)]

  /// Messages of every small length, the empty one too, and an unterminated one at the end.
  private static func stream(_ framing: Framing) throws -> [UInt8] {
    var stream: [UInt8] = []
    for payload in ["", "a", "bc", "def", "", "ghijklmnopq", "rs"] {
      try framing.append(payload.utf8.prefix(framing == .fixed(1) ? 1 : framing == .fixed(3) ? 3 : 99), to: &stream)
    }
    return stream + framing.unfinished
  }

  @Test("Wherever a stream is split, once or twice, the messages and their counts are the same", arguments: framings)
  func splits(framing: Framing) throws {
    let stream = try Self.stream(framing)
    let expected = reference(stream, framing, limit: 1 << 20)
    #expect(cut([stream[...]], framing) == expected)
    for first in 0...stream.count {
      for second in first...stream.count {
        let pieces = [stream[..<first], stream[first..<second], stream[second...]]
        #expect(cut(pieces, framing) == expected, "split at \(first) and \(second)")
      }
    }
    #expect(cut(stream.indices.map { stream[$0...$0] }, framing) == expected)
  }

  @Test(
    "A message longer than the limit is cut at it, marked, and counted whole",
    arguments: framings,
    [0, 1, 2, 10, 11, 12]
  )
  func truncation(framing: Framing, limit: Int) throws {
    let stream = try Self.stream(framing)
    let expected = reference(stream, framing, limit: limit)
    for split in 0...stream.count {
      #expect(cut([stream[..<split], stream[split...]], framing, limit: limit) == expected, "split at \(split)")
    }
  }

  @Test("The end of a stream leaves an unterminated message, half a length too; after a whole message, nothing")
  func ends() {
    #expect(cut([[0x61]], .line) == [Cut(payload: [0x61], wireCount: 1, isPartial: true)])
    #expect(cut([[7]], .length16) == [Cut(payload: [], wireCount: 1, isPartial: true)])
    #expect(cut([[0, 0, 0]], .length32) == [Cut(payload: [], wireCount: 3, isPartial: true)])
    #expect(cut([[0, 5]], .length16) == [Cut(payload: [], wireCount: 2, isPartial: true)])
    #expect(cut([[0, 5, 1]], .length16) == [Cut(payload: [1], wireCount: 3, isPartial: true)])
    #expect(cut([[0xff, 0xff, 0xff, 0xff, 1]], .length32) == [Cut(payload: [1], wireCount: 5, isPartial: true)])
    #expect(cut([[1, 2]], .fixed(3)) == [Cut(payload: [1, 2], wireCount: 2, isPartial: true)])
    #expect(cut([[0x61, 0x0a]], .line) == [Cut(payload: [0x61], wireCount: 2)])
    #expect(cut([], .line) == [])
  }

  @Test("A raw stream has a message for each read, cut at the limit")
  func raw() {
    #expect(
      cut([[1, 2], [3, 4, 5]], .raw, limit: 2) == [
        Cut(payload: [1, 2], wireCount: 2), Cut(payload: [3, 4], wireCount: 3, isTruncated: true),
      ]
    )
  }

  @Test("A line that never ends is counted to its last byte in bounded memory")
  func endlessLine() {
    var framer = Framer(.line, limit: 1000)
    let piece = [UInt8](repeating: 0x61, count: 65_536)
    for _ in 0..<1024 {
      var position = 0
      piece.withUnsafeBytes { #expect(framer.next(in: $0, from: &position) == nil) }
    }
    #expect(framer.pendingCount == 1024 * 65_536)
    #expect(framer.held.count == 1000)
    #expect(framer.held.capacity < 4096)
    let frame = framer.finish()
    #expect(frame?.wireCount == 1024 * 65_536)
    #expect(frame?.isTruncated == true && frame?.isPartial == true && frame?.count == 1000)
  }

  @Test("A message that is cut keeps its beginning and nothing more, is counted to its end, and the next one is whole")
  func cutShort() {
    var framer = Framer(.line, limit: 1 << 20)
    func feed(_ text: String) -> [Frame] {
      var frames: [Frame] = []
      Array(text.utf8).withUnsafeBytes { input in
        var position = 0
        while let frame = framer.next(in: input, from: &position) {
          frames.append(frame)
          if frame.isHeld { #expect(framer.held == Array("abc".utf8)) }
        }
      }
      return frames
    }
    #expect(feed(String(repeating: "abcd", count: 25_000)) == [])
    framer.cut(to: 3)
    #expect(framer.held.capacity < 4096)
    #expect(feed("more") == [])
    #expect(framer.held.count == 3)
    #expect(
      feed("\nwhole\nno") == [
        Frame(isHeld: true, start: 0, count: 3, wireCount: 100_005, isTruncated: true),
        Frame(isHeld: false, start: 1, count: 5, wireCount: 6, isTruncated: false),
      ]
    )
    framer.cut(to: 3)
    #expect(framer.finish()?.isTruncated == false)
    framer.release()
    #expect(framer.held == [])
  }

  @Test("A big message's memory is given back once the next one begins")
  func memory() {
    var framer = Framer(.line, limit: 1 << 20)
    var position = 0
    [UInt8](repeating: 0x61, count: 500_000).withUnsafeBytes { _ = framer.next(in: $0, from: &position) }
    position = 0
    [UInt8]([0x0a]).withUnsafeBytes { _ = framer.next(in: $0, from: &position) }
    #expect(framer.held.count == 500_000)
    position = 0
    [UInt8]([0x62]).withUnsafeBytes { _ = framer.next(in: $0, from: &position) }
    #expect(framer.held == [0x62])
    #expect(framer.held.capacity < 4096)
  }

  @Test("Random streams in random pieces are cut as by the reference", arguments: framings + [.fixed(17)])
  func property(framing: Framing) {
    for seed in UInt64(1)...150 {
      var random = TestRandom(seed: seed)
      // Few byte values, so that delimiters and small lengths are frequent.
      let values: [UInt8] = [0, 0, 0, 1, 2, 5, 0x0a, 0x0a, 0x61]
      let stream = (0..<Int.random(in: 0...300, using: &random)).map { _ in values.randomElement(using: &random)! }
      let limit = Int.random(in: 0...20, using: &random)
      var pieces: [ArraySlice<UInt8>] = []
      var start = 0
      while start < stream.count {
        let end = min(stream.count, start + Int.random(in: 1...40, using: &random))
        pieces.append(stream[start..<end])
        start = end
      }
      #expect(cut(pieces, framing, limit: limit) == reference(stream, framing, limit: limit), "seed \(seed)")
    }
  }
}

extension Framing {
  /// The beginning of a message whose end never comes; nothing where no message can be unfinished.
  fileprivate var unfinished: [UInt8] {
    switch self {
    case .line, .crlf, .nul: [0x74, 0x75]
    case .length16: [0, 9, 0x74]
    case .length32: [0, 0, 0, 9, 0x74]
    case .fixed(let count): [UInt8](repeating: 0x74, count: count - 1)
    case .raw: []
    }
  }
}
