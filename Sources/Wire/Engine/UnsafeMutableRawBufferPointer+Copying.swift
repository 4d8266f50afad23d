extension UnsafeMutableRawBufferPointer {
  /// Memory with these bytes, to be given back by whoever asks for it.
  static func allocate(copying bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
    let memory = allocate(byteCount: bytes.count, alignment: 1)
    memory.copyBytes(from: bytes)
    return memory
  }
}
