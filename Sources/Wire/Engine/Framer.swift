#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One message that a framer has cut out.
package struct Frame: Hashable, Sendable {
  /// Where the payload is: at `start` of the input, or, when it came in pieces, all of the framer's `held`.
  package var isHeld: Bool
  package var start: Int
  /// Payload bytes that were kept.
  package var count: Int
  /// Bytes on the wire, framing and dropped bytes included.
  package var wireCount: UInt64
  package var isTruncated: Bool
  package var isPartial = false
}

/// Cuts a stream into messages wherever the reads fall, keeps at most `limit` bytes of each, and counts every byte.
///
/// A pure state machine: bytes in, frames out. It copies only what a read leaves unfinished.
package struct Framer {
  package let framing: Framing
  // What is small stands here, where it fills a hole: there is a framer for each connection.
  private let delimiter: UInt8?
  /// Header bytes read of the frame in progress.
  private var headerRead: UInt8 = 0
  private var heldWasReturned = false
  /// Nothing more is kept of the frame in progress.
  private var isCut = false
  package let limit: Int
  /// The kept payload of the frame in progress, or of the frame that was returned last if it says so.
  package private(set) var held: [UInt8] = []
  /// Wire bytes of the frame in progress.
  private var wireCount: UInt64 = 0
  /// The value of its header, as far as that was read.
  private var header: UInt64 = 0

  /// `limit` is the most payload bytes kept of a message.
  package init(_ framing: Framing, limit: Int) {
    self.framing = framing
    self.limit = limit
    delimiter = framing.delimiter
  }

  /// Wire bytes that have come and belong to no frame yet.
  package var pendingCount: UInt64 { wireCount }

  /// The next whole frame of `input` from `position` on; nil when the rest is unfinished, and has been taken over.
  package mutating func next(in input: UnsafeRawBufferPointer, from position: inout Int) -> Frame? {
    if heldWasReturned { releaseHeld() }
    guard position < input.count else { return nil }
    switch framing {
    case .line, .crlf: return nextDelimited(0x0a, in: input, from: &position)
    case .nul: return nextDelimited(0, in: input, from: &position)
    case .length16, .length32: return nextCounted(in: input, from: &position)
    case .fixed(let count): return nextSized(UInt64(count), in: input, from: &position)
    case .raw:
      let start = position
      position = input.count
      let count = position - start
      return frame(start: start, payload: UInt64(count), wire: UInt64(count))
    }
  }

  /// Cuts, with one look at each, whole frames that lie in the input, at most `room` of them: those of a delimited framing
  /// that are within the limit and don't begin with `exception`, if there is one. Where it stops, `next` goes on.
  ///
  /// `body` gets the start and the count of each payload.
  @inline(__always)
  mutating func cutRun(
    in input: UnsafeRawBufferPointer,
    from position: inout Int,
    except exception: UInt8? = nil,
    room: Int = .max,
    _ body: (_ start: Int, _ count: Int) -> Void
  ) {
    if heldWasReturned { releaseHeld() }
    guard wireCount == 0, let delimiter, let base = input.baseAddress else { return }
    let limit = limit
    let end = base + input.count
    var start = base + position
    var missing = room
    while missing > 0, start < end, start.load(as: UInt8.self) != exception,
      let hit = memchr(start, Int32(delimiter), end - start)
    {
      let count = UnsafeRawPointer(hit) - start
      guard count <= limit else { break }
      body(start - base, count)
      start += count &+ 1
      missing &-= 1
    }
    position = start - base
  }

  /// Whether the input is one whole frame and nothing more, of which `cutRun` would say the same.
  @inline(__always)
  func isWhole(_ input: UnsafeRawBufferPointer, except exception: UInt8) -> Bool {
    // A read of pipelined messages mostly ends within one: its last byte tells that without a search.
    guard let delimiter, input.last == delimiter, wireCount == 0, !heldWasReturned, input.count &- 1 <= limit,
      input.first != exception, let base = input.baseAddress, let hit = memchr(base, Int32(delimiter), input.count)
    else { return false }
    return UnsafeRawPointer(hit) - base == input.count &- 1
  }

  /// Passes over the whole frames that lie in the input, if they are at most `room` of a delimited framing and no more than
  /// the limit together, and says how many. Where it stops, `next` goes on.
  mutating func skipRun(in input: UnsafeRawBufferPointer, from position: inout Int, room: Int) -> Int {
    if heldWasReturned { releaseHeld() }
    guard room > 0, wireCount == 0, input.count &- position <= limit, let delimiter else {
      return 0
    }
    let rest = UnsafeRawBufferPointer(rebasing: input[position...])
    let count = rest.count(of: delimiter)
    guard count <= room, let last = count > 0 ? rest.lastIndex(of: delimiter) : nil else { return 0 }
    position &+= last &+ 1
    return count
  }

  /// Keeps no more than the first `count` bytes of the frame in progress, however long it becomes; all are counted.
  package mutating func cut(to count: Int) {
    guard !heldWasReturned, held.count > count else { return }
    // A copy, because the array that shrinks would keep its memory.
    held = Array(held.prefix(count))
    isCut = true
  }

  /// Gives back the memory of the frame that was returned last, where no other will be asked for.
  package mutating func release() {
    if heldWasReturned { releaseHeld() }
  }

  /// Lends the payload of the frame that was returned last.
  package func withPayload(
    of frame: Frame,
    in input: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    if frame.isHeld {
      held.withUnsafeBytes(body)
    } else {
      body(UnsafeRawBufferPointer(rebasing: input[frame.start..<(frame.start &+ frame.count)]))
    }
  }

  /// What the end of the stream leaves: an unterminated message, or nil.
  package mutating func finish() -> Frame? {
    if heldWasReturned { releaseHeld() }
    guard wireCount > 0 else { return nil }
    var frame = heldFrame(payload: wireCount - UInt64(headerRead), wire: wireCount)
    frame.isPartial = true
    return frame
  }

  private mutating func nextDelimited(
    _ delimiter: UInt8,
    in input: UnsafeRawBufferPointer,
    from position: inout Int
  ) -> Frame? {
    let start = position
    let rest = input.count &- start
    guard let base = input.baseAddress else { return nil }
    guard let hit = memchr(base + start, Int32(delimiter), rest) else {
      hold(input, start, rest)
      position = input.count
      return nil
    }
    let count = UnsafeRawPointer(hit) - (base + start)
    position = start &+ count &+ 1
    if wireCount == 0 {
      return frame(start: start, payload: UInt64(count), wire: UInt64(count) &+ 1)
    }
    hold(input, start, count)
    return heldFrame(payload: wireCount, wire: wireCount + 1)
  }

  private mutating func nextCounted(in input: UnsafeRawBufferPointer, from position: inout Int) -> Frame? {
    let size = framing.headerCount
    while headerRead < size {
      guard position < input.count else { return nil }
      header = header << 8 | UInt64(input[position])
      headerRead += 1
      wireCount += 1
      position += 1
    }
    return nextSized(header, in: input, from: &position)
  }

  /// A payload of `size` bytes, some of which may have come before.
  private mutating func nextSized(
    _ size: UInt64,
    in input: UnsafeRawBufferPointer,
    from position: inout Int
  ) -> Frame? {
    let start = position
    let before = wireCount - UInt64(headerRead)
    let missing = size - before
    let rest = input.count - start
    guard missing <= UInt64(rest) else {
      hold(input, start, rest)
      position = input.count
      return nil
    }
    let count = Int(missing)
    position = start + count
    if before == 0 {
      let wire = UInt64(headerRead) + size
      forgetProgress()
      return frame(start: start, payload: size, wire: wire)
    }
    hold(input, start, count)
    return heldFrame(payload: size, wire: wireCount)
  }

  private func frame(start: Int, payload: UInt64, wire: UInt64) -> Frame {
    let kept = min(Int(payload), limit)
    return Frame(isHeld: false, start: start, count: kept, wireCount: wire, isTruncated: payload > UInt64(limit))
  }

  private mutating func heldFrame(payload: UInt64, wire: UInt64) -> Frame {
    forgetProgress()
    heldWasReturned = true
    return Frame(
      isHeld: true,
      start: 0,
      count: held.count,
      wireCount: wire,
      isTruncated: payload > UInt64(held.count)
    )
  }

  private mutating func hold(_ input: UnsafeRawBufferPointer, _ start: Int, _ count: Int) {
    wireCount += UInt64(count)
    let kept = isCut ? 0 : min(count, limit - held.count)
    if kept > 0 { held.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[start..<(start + kept)])) }
  }

  private mutating func forgetProgress() {
    wireCount = 0
    headerRead = 0
    header = 0
    isCut = false
  }

  /// Gives a big message's memory back, so that an idle connection costs little.
  private mutating func releaseHeld() {
    heldWasReturned = false
    held.removeAll(keepingCapacity: false)
  }
}
