/// A system call that failed, and why.
package struct SystemError: Error, Hashable, Sendable {
  /// The system call's name, as its man page has it.
  package var call: String
  package var code: Int32

  /// The kinds of failure that a program treats apart.
  package enum Cause: Hashable, Sendable {
    case refused, addressInUse, addressNotAvailable, notPermitted, reset, noSuchPath, tooManyFiles, other
  }

  package init(_ call: String, code: Int32) {
    self.call = call
    self.code = code
  }
}

/// What kept a program from listening, connecting, or going on: enough for one line that tells the user what to do.
package enum WireError: Error, Hashable, Sendable {
  /// A listening socket could not be made.
  case cannotListen(Endpoint, SystemError)
  /// A descriptor that was passed to this process is no socket to serve on.
  case cannotAdopt(Int32, SystemError)
  /// A Unix path is taken by something that is not a stale socket of this user.
  case pathTaken(String)
  /// A Unix path leads through a folder in which others could put their own socket in the place of this one.
  case unsafeFolder(String, of: Endpoint, FolderDanger)
  /// What listens at a Unix path belongs to another user; nil is one that the system does not tell.
  case foreignServer(path: String, user: UInt32?)
  /// A name has no address; the resolver's own words.
  case unknownHost(String, reason: String)
  /// No address of the endpoint took the connection; the last address's reason.
  case cannotConnect(Endpoint, SystemError)
  /// No address answered in time.
  case connectTimeout(Endpoint)
  /// An established connection broke.
  case broken(Endpoint, SystemError)
  /// Something this process needs, not a peer, failed.
  case system(SystemError)
}
