/// The bound on what unfinished messages hold over all connections: a crowd of lines that never end costs bounded memory.
extension ServerEngine {
  /// What a message that is cut keeps, so that it can still be told what it was.
  static let cutBytes = 256

  /// Brings the count up to date with what a connection's framer holds between two reads.
  func countUnfinished(of connection: StreamConnection) {
    let count = connection.framer.held.count
    guard count != connection.unfinishedCount else { return }
    unfinishedCount += count - connection.unfinishedCount
    connection.unfinishedCount = count
    if unfinishedCount > configuration.limits.unfinishedBytes { cutUnfinished() }
  }

  /// Cuts the longest unfinished messages.
  ///
  /// An eighth of the bound is then free, so that all connections are looked at once in so many bytes, not at each read.
  private func cutUnfinished() {
    let goal = configuration.limits.unfinishedBytes / 8 * 7
    let holders = connections.compactMap { $0 }.filter { $0.unfinishedCount > ServerEngine.cutBytes }
    for holder in holders.sorted(by: { $0.unfinishedCount > $1.unfinishedCount }) where unfinishedCount > goal {
      holder.framer.cut(to: ServerEngine.cutBytes)
      unfinishedCount -= holder.unfinishedCount - ServerEngine.cutBytes
      holder.unfinishedCount = ServerEngine.cutBytes
    }
  }
}
