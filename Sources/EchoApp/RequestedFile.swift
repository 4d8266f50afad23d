import Echo
import Screen
import Terminal

/// The one file that a model may be writing: performs its requests, and says what became of them.
///
/// It is removed if it is not finished when this value ends.
struct RequestedFile: ~Copyable {
  private var file: OutputFile?
  /// Where files may be written, when a sandbox allows it nowhere else.
  private let writableFolders: [String]?

  init(writableFolders: [String]?) { self.writableFolders = writableFolders }

  /// What the model is to hear of it; nil if nothing is to be said.
  mutating func perform(_ request: FileRequest) -> FileEvent? {
    do throws(OutputFileError) {
      switch request {
      case .create(let path, let isOverwriting):
        file = nil
        file = try OutputFile(path: path, isOverwriting: isOverwriting)
        return .created
      case .write(let bytes):
        try file?.write(bytes)
        return nil
      case .finish:
        guard let file = file.take() else { return nil }
        return .finished(byteCount: try file.finish())
      }
    } catch {
      file = nil
      if case .exists = error { return .exists }
      guard let writableFolders, error.isRefusal else { return .failed("\(error)") }
      let folders = Printable.text(writableFolders.joined(separator: " ").utf8)
      return .failed("\(error) (the sandbox allows \(folders); --no-sandbox)")
    }
  }
}
