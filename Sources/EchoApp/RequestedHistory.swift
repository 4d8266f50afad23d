import Terminal

/// Where a model's user is remembered from run to run: keeps what is asked for, and says once that it can't.
struct RequestedHistory {
  private var file: HistoryFile?

  init(_ file: HistoryFile?) { self.file = file }

  /// What the model is to hear of it; nil if nothing is to be said.
  mutating func keep(_ text: String) -> String? {
    do throws(OutputFileError) {
      try file?.append(text)
      return nil
    } catch {
      file = nil
      return "no history is kept: \(error)"
    }
  }
}
