extension Printable {
  /// Where output is put together before it goes to an array, which costs more to grow than an escape to make.
  struct Buffer: ~Copyable {
    private let bytes: UnsafeMutableRawBufferPointer
    private var count = 0

    static let size = 1024
    /// Longer text goes to the output by itself.
    private static let longestText = 32

    /// The bytes have to outlive it.
    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    @inline(__always)
    mutating func append(_ escape: Escape, to output: inout [UInt8]) {
      if bytes.count - count < Escape.longest { flush(to: &output) }
      escape.store(in: bytes, at: count)
      count += escape.count
    }

    @inline(__always)
    mutating func append(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
      guard !text.isEmpty else { return }
      if text.count <= Buffer.longestText, text.count <= bytes.count - count {
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: text)
        count += text.count
      } else {
        flush(to: &output)
        output.append(contentsOf: text)
      }
    }

    mutating func flush(to output: inout [UInt8]) {
      output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      count = 0
    }
  }
}
