/// Goes through bytes line by line; empty lines are passed over.
struct LineCutter {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

  mutating func next() -> UnsafeRawBufferPointer? {
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
      let line = rest[..<end]
      rest = rest[min(end + 1, rest.endIndex)...]
      if !line.isEmpty { return UnsafeRawBufferPointer(rebasing: line) }
    }
    return nil
  }
}
