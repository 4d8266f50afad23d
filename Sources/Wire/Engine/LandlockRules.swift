/// What the kernel is asked for so that nothing but a sandbox is left, as far as its version of Landlock goes.
struct LandlockRules: Hashable {
  /// Rights to files; landlock(7), LANDLOCK_ACCESS_FS_….
  struct Files: OptionSet, Hashable {
    let rawValue: UInt64

    static let execute = Files(rawValue: 1)
    static let write = Files(rawValue: 1 << 1)
    static let read = Files(rawValue: 1 << 2)
    static let readFolder = Files(rawValue: 1 << 3)
    static let removeFolder = Files(rawValue: 1 << 4)
    static let remove = Files(rawValue: 1 << 5)
    /// To make devices, folders, regular files, Unix sockets, pipes and symbolic links.
    static let makeAny = Files(rawValue: 0x7f << 6)
    static let makeRegular = Files(rawValue: 1 << 8)
    /// To link or rename from one folder to another.
    static let refer = Files(rawValue: 1 << 13)
    static let truncate = Files(rawValue: 1 << 14)
    static let controlDevice = Files(rawValue: 1 << 15)
  }

  /// Rights to TCP ports; LANDLOCK_ACCESS_NET_….
  struct Network: OptionSet, Hashable {
    let rawValue: UInt64

    static let bind = Network(rawValue: 1)
    static let connect = Network(rawValue: 1 << 1)
  }

  /// What reaches processes outside of the sandbox; LANDLOCK_SCOPE_….
  ///
  /// Signals are left alone: ^Z stops the whole job, which a shell script around the program belongs to.
  struct Scopes: OptionSet, Hashable {
    let rawValue: UInt64

    static let abstractSockets = Scopes(rawValue: 1)
  }

  /// What is forbidden, except where something below allows it.
  var files: Files
  var network: Network
  var scopes: Scopes
  var folders: [Folder]
  /// Ports that may be connected to.
  var ports: [UInt16]

  struct Folder: Hashable {
    var path: String
    var rights: Files
  }

  /// The rules for a kernel whose interface has this version, from 1 on.
  ///
  /// One that is newer than what is known here is asked for no more than that.
  init(_ sandbox: Sandbox, version: Int) {
    files = [.execute, .write, .removeFolder, .remove, .makeAny]
    if !sandbox.readsFiles { files.formUnion([.read, .readFolder]) }
    if version >= 2 { files.insert(.refer) }
    if version >= 3 { files.insert(.truncate) }
    network = version >= 4 ? [.bind, .connect] : []
    if version >= 5 { files.insert(.controlDevice) }
    scopes = version >= 6 ? .abstractSockets : []
    // A right can be given back only if it was taken.
    let writing = Files([.write, .truncate, .makeRegular, .remove, .readFolder]).intersection(files)
    let both = writing.union(files.intersection(.read))
    folders =
      sandbox.writableFolders.map { Folder(path: $0, rights: writing) }
      + sandbox.databaseFolders.map { Folder(path: $0, rights: both) }
      + sandbox.removableFolders.map { Folder(path: $0, rights: .remove) }
    ports = network.contains(.connect) ? sandbox.connectablePorts : []
  }
}
