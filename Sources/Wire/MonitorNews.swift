/// What a monitor's wire brings, to be read by whoever knows what servers say.
package enum MonitorNews: Sendable {
  /// Whole lines, each with its line feed.
  case lines([UInt8])
  /// So many lines were too long to be kept.
  case skipped(UInt64, at: Timestamp)
  /// The last news.
  case ended(MonitorEnd)
}

/// How a monitor's connection ended.
package enum MonitorEnd: Hashable, Sendable {
  /// The server has closed it.
  case finished
  case failed(SystemError)
}
