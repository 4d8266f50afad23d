import Screen
import Wire

extension LogBrowser {
  /// The id of the row that a copy is of.
  var subjectID: UInt64? { subjectRow.map(list.id(of:)) }

  /// The nearest message above a row, among as many rows as a slice of work may look at.
  func messageID(before id: UInt64) -> UInt64? {
    var found: UInt64?
    var left = log.sliceRows
    _ = log.scan(log.firstID..<max(log.firstID, id), isReversed: true, reading: .bytes) { id, record, _, _ in
      if !record.flags.contains(.notice) { found = id }
      left -= 1
      return found == nil && left > 0
    }
    return found
  }

  /// Begins to copy messages as a command line; what comes of it is for `copySlice`.
  mutating func startCopy(_ scope: CommandLineJob<Log>.Scope, as command: ShellCommand) {
    copying = CommandLineJob(log, scope, command)
    notice = Notice("looking for the messages to copy")
  }

  /// Goes on with a command line; gives it once it is whole, for the clipboard.
  mutating func copySlice() -> [UInt8]? {
    guard copying != nil else { return nil }
    do throws(CommandProblem) {
      guard let command = try copying?.advance() else { return nil }
      copying = nil
      let line = try command.finished()
      notice = Notice(command.notice)
      return line
    } catch {
      copying = nil
      notice = Notice(error.text, isAlert: true)
      return nil
    }
  }
}

extension ShellCommand {
  /// What to say of it once it is copied.
  fileprivate var notice: String {
    let amount = "\(Figures.quantity(messageCount, "message")), \(Figures.quantity(UInt64(byteCount), "byte"))"
    let warning = mayStop ? "; it may stop the server" : ""
    return "copied \(amount), as a command, if the terminal lets programs copy\(warning)"
  }
}
