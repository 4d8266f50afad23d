/// How a server can be watched and told what to do by other programs of its user.
package struct ControlConfiguration: Sendable {
  /// Where its socket is made.
  package var folder: ControlFolder
  package var codec: ControlCodec

  package init(folder: ControlFolder, codec: ControlCodec) {
    self.folder = folder
    self.codec = codec
  }
}

/// The words that records and requests have on a control socket.
package struct ControlCodec: Sendable {
  /// Appends a record's lines.
  package var append: @Sendable (ControlRecord, _ output: inout [UInt8]) -> Void
  /// Reads a line, which comes without its line feed.
  package var read: @Sendable (_ line: UnsafeRawBufferPointer) -> Result<ControlRequest, ControlRefusal>

  package init(
    append: @escaping @Sendable (ControlRecord, _ output: inout [UInt8]) -> Void,
    read: @escaping @Sendable (_ line: UnsafeRawBufferPointer) -> Result<ControlRequest, ControlRefusal>
  ) {
    self.append = append
    self.read = read
  }
}

/// Why a server has no control socket.
package enum ControlFailure: Error, Hashable, Sendable {
  /// Its folder is another user's, or others may do something in it.
  case unsafeFolder(String)
  /// A call failed for what is at a path.
  case system(SystemError, path: String?)
}
