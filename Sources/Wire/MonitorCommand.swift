/// What is asked of a monitor's wire.
package enum MonitorCommand: Hashable, Sendable {
  /// Bytes for the server: whole lines.
  case send([UInt8])
  /// Goes, and leaves the server as it is.
  case close
}
