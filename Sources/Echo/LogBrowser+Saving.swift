import Screen
import Wire

extension LogBrowser {
  /// What can be asked to be saved.
  enum SaveScope: String, CaseIterable {
    case all, filtered, marked, message
  }

  /// What is saved when the user does not say.
  var defaultScope: SaveScope { !marks.isEmpty ? .marked : filter != nil ? .filtered : .all }

  /// `[WHAT] FILE`: begins to write rows to a new file. Returns what the file is asked for, or throws what is wrong.
  mutating func startSave(_ argument: String) throws(CommandProblem) -> FileRequest {
    guard save == nil else { throw CommandProblem("a file is being written already") }
    let words = argument.split(separator: " ", maxSplits: 1)
    var scope = defaultScope
    var path = argument
    if let first = words.first, let named = SaveScope(rawValue: String(first)) {
      scope = named
      path = words.count > 1 ? String(words[1]) : ""
    }
    guard !path.isEmpty else { throw CommandProblem("save needs a file name") }
    save = SaveJob(path: path, log: scope == .all ? newest : log, scope: try rows(scope))
    return .create(path: path, isOverwriting: false)
  }

  private func rows(_ scope: SaveScope) throws(CommandProblem) -> SaveJob<Log>.Scope {
    guard newest.count > 0 else { throw CommandProblem("there is nothing to save") }
    switch scope {
    case .all: return .all
    case .filtered:
      guard let filter else { throw CommandProblem("there is no filter") }
      return .filtered(filter, framing)
    case .marked:
      guard !marks.isEmpty else { throw CommandProblem("nothing is marked") }
      return .chosen(marks)
    case .message:
      guard let subjectRow else { throw CommandProblem("no message is selected") }
      return .chosen([list.id(of: subjectRow)])
    }
  }

  /// Hands the file its next rows, where one is being written.
  mutating func saveSlice() -> [FileRequest] {
    guard save?.isReady == true else { return [] }
    var budget = WorkBudget.slice
    guard let bytes = save?.slice(&budget) else {
      save?.isReady = false
      return [.finish]
    }
    return bytes.isEmpty ? [] : [.write(bytes)]
  }

  /// Takes note of what became of the file; a path that is there already is returned, for the user to decide.
  mutating func handle(_ event: FileEvent) -> String? {
    guard let job = save else { return nil }
    switch event {
    case .created: save?.isReady = true
    case .exists: return job.path
    case .failed(let reason):
      save = nil
      notice = Notice(reason, isAlert: true)
    case .finished(let bytes):
      save = nil
      let rows = Figures.quantity(job.count, "row")
      notice = Notice("saved \(rows), \(Figures.quantity(UInt64(bytes), "byte")), to \(Printable.text(job.path.utf8))")
    }
    return nil
  }

  /// The user does not want the file that is there to be written over.
  mutating func cancelSave() {
    save = nil
    notice = Notice("nothing was saved")
  }
}
