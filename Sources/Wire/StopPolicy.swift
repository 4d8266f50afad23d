/// Whose stop message ends the server.
package enum StopPolicy: String, Hashable, Sendable, CaseIterable {
  /// Peers on this machine: loopback at both ends, or a Unix peer of the same user.
  case local
  case any
  case never
}
