/// Where a model's server runs.
package enum ServerSite: Hashable, Sendable {
  /// In this program, which ends with it.
  case here
  /// In another one, and it goes on when this one ends; if it is controlled, this one may stop it and end its connections.
  case elsewhere(name: String, isControlled: Bool)
  /// Nowhere: what it received is read from a recording.
  case recording(name: String)

  /// What a server elsewhere, or a recording, is called, as visible text.
  var name: String? {
    switch self {
    case .here: nil
    case .elsewhere(let name, _), .recording(let name): name
    }
  }
}

/// Why nothing more comes of a server elsewhere.
package enum ServerEnd: Hashable, Sendable {
  case stopped
  /// The connection to it is lost; a clause, safe to show.
  case lost(String)

  package var text: String {
    switch self {
    case .stopped: "the server has ended"
    case .lost(let reason): "the connection is lost: \(reason)"
    }
  }
}
