import Screen
import Wire

extension ServerModel {
  /// What is saved when the user does not say.
  var defaultScope: SaveJob.Scope { !marks.isEmpty ? .marked : list.filter != nil ? .filtered : .all }

  /// `[SCOPE] FILE`; returns what is wrong with it.
  mutating func startSave(_ argument: String, _ effects: inout [Effect<ServerCommand>]) -> String? {
    guard save == nil else { return "a file is being written already" }
    let words = argument.split(separator: " ", maxSplits: 1)
    var scope = defaultScope
    var path = argument
    if let first = words.first, let named = SaveJob.Scope(rawValue: String(first)) {
      scope = named
      path = words.count > 1 ? String(words[1]) : ""
    }
    guard !path.isEmpty else { return "save needs a file name" }
    if let problem = obstacle(to: scope) { return problem }
    save = SaveJob(path: path, log: log, ids: log.firstID..<log.endID, framing: framing, isWanted: predicate(scope))
    effects.append(.file(.create(path: path, isOverwriting: false)))
    return nil
  }

  private func obstacle(to scope: SaveJob.Scope) -> String? {
    switch scope {
    case .all: log.count == 0 ? "there is nothing to save" : nil
    case .filtered: list.filter == nil ? "there is no filter" : nil
    case .marked: marks.isEmpty ? "nothing is marked" : nil
    case .message: list.selectedID == nil ? "no message is selected" : nil
    }
  }

  private func predicate(_ scope: SaveJob.Scope) -> SaveJob.Predicate {
    let framing = framing
    switch scope {
    case .all: return { _, _, _, _ in true }
    case .marked:
      let marks = marks
      return { id, _, _, _ in marks.contains(id) }
    case .message:
      let selected = list.selectedID
      return { id, _, _, _ in id == selected }
    case .filtered:
      let filter = list.filter
      return { _, record, peer, bytes in filter?.matches(record, peer, bytes, framing: framing) ?? true }
    }
  }

  /// Hands the file its next rows, where one is being written.
  mutating func saveSlice() -> [Effect<ServerCommand>] {
    guard save?.isReady == true else { return [] }
    guard let bytes = save?.slice() else {
      save?.isReady = false
      return [.file(.finish)]
    }
    return bytes.isEmpty ? [] : [.file(.write(bytes))]
  }

  mutating func handle(_ event: FileEvent) -> [Effect<ServerCommand>] {
    guard let job = save else { return [] }
    switch event {
    case .created: save?.isReady = true
    case .exists: overlay = .question(.overwrite(job.path))
    case .failed(let reason):
      save = nil
      notice = Notice(reason, isAlert: true)
    case .finished(let bytes):
      save = nil
      let rows = Figures.quantity(job.count, "row")
      notice = Notice("saved \(rows), \(Figures.quantity(UInt64(bytes), "byte")), to \(Printable.text(job.path.utf8))")
    }
    return []
  }
}
