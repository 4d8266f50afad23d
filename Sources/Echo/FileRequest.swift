/// What a model asks of the one file that it may be writing.
///
/// The order is `create`, any number of `write`, then `finish`. Nothing answers a `write` that succeeds; after
/// `failed` the file is gone and the rest of its requests are ignored.
package enum FileRequest: Hashable, Sendable {
  /// A new file, mode 0600; a leading `~/` is the user's home. Answered by `created`, `exists` or `failed`.
  ///
  /// `isOverwriting` replaces a regular file that is there, all at once when finished. Symbolic links are never followed.
  case create(path: String, isOverwriting: Bool)
  case write([UInt8])
  /// Answered by `finished` once the bytes are on the disk, or `failed`.
  case finish
}

/// What became of a file.
package enum FileEvent: Hashable, Sendable {
  /// It is open for writing.
  case created
  /// Something of that name is there: ask the user, then create again with `isOverwriting`.
  case exists
  /// One sentence, safe to show: the path, what failed and why. Nothing is left of the file.
  case failed(String)
  case finished(byteCount: Int)
}
