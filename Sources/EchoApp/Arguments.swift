import Screen

/// The command line's words as they came: Swift's own strings of them are mended.
enum Arguments {
  /// The first that is no UTF-8, as visible text.
  static var illFormed: String? {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil else { continue }
      return Printable.text(
        sequence(first: word) { $0 + 1 }.lazy.map { UInt8(bitPattern: $0.pointee) }.prefix { $0 != 0 }
      )
    }
    return nil
  }
}
