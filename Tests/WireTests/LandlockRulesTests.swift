import Testing

@testable import Wire

/// What is asked of kernels of different ages.
@Suite struct LandlockRulesTests {
  private static let sandbox: Sandbox = {
    var sandbox = Sandbox()
    sandbox.writableFolders = ["/home/me"]
    sandbox.removableFolders = ["/run/echo"]
    sandbox.connectablePorts = [5000]
    return sandbox
  }()

  /// Bits as linux/landlock.h has them for each version.
  @Test(
    "A kernel is asked for what its version of the interface has, and for nothing newer",
    arguments: [
      (1, 0x1fff, 0, 0), (2, 0x3fff, 0, 0), (3, 0x7fff, 0, 0), (4, 0x7fff, 3, 0), (5, 0xffff, 3, 0), (6, 0xffff, 3, 1),
      (7, 0xffff, 3, 1), (99, 0xffff, 3, 1),
    ] as [(Int, UInt64, UInt64, UInt64)]
  )
  func versions(version: Int, files: UInt64, network: UInt64, scopes: UInt64) {
    let rules = LandlockRules(Self.sandbox, version: version)
    #expect(rules.files.rawValue == files)
    #expect(rules.network.rawValue == network)
    #expect(rules.scopes.rawValue == scopes)
    // The kernel refuses a rule that gives back what was not taken.
    #expect(rules.folders.allSatisfy { $0.rights.isSubset(of: rules.files) })
    #expect(rules.ports == (version < 4 ? [] : [5000]))
  }

  @Test("Reading that is allowed is left out, and then not given back to the folders to save in, either")
  func reading() {
    var sandbox = Self.sandbox
    sandbox.readsFiles = true
    let rules = LandlockRules(sandbox, version: 7)
    #expect(rules.files.isDisjoint(with: [.read, .readFolder]))
    #expect(rules.files.contains(.execute))
    #expect(rules.folders.allSatisfy { $0.rights.isSubset(of: rules.files) })
  }

  @Test("Nobody may start a program, or make a device, a folder, a socket, a pipe or a link")
  func never() {
    let rules = LandlockRules(Self.sandbox, version: 7)
    let allowed = rules.folders.reduce(into: LandlockRules.Files()) { $0.formUnion($1.rights) }
    #expect(allowed == [.write, .truncate, .makeRegular, .remove, .readFolder])
    #expect(rules.folders.last == LandlockRules.Folder(path: "/run/echo", rights: .remove))
  }

  @Test("What records may read its folder's files, too, and nobody else's")
  func recording() {
    let rules = LandlockRules(.recording("/var/lib/echo/messages"), version: 7)
    let rights: LandlockRules.Files = [.read, .write, .truncate, .makeRegular, .remove, .readFolder]
    #expect(rules.folders == [LandlockRules.Folder(path: "/var/lib/echo/", rights: rights)])
    #expect(rules.ports == [])
  }

  @Test("A server needs no port and no file; its Unix socket's folder only to take the name away")
  func server() {
    var configuration = ServerConfiguration(port: 0)
    #expect(Sandbox.server(configuration) == Sandbox())
    for (path, folder) in [("/run/echo/socket", "/run/echo/"), ("/socket", "/"), ("socket", "."), ("a/b", "a/")] {
      configuration.unixPath = path
      var expected = Sandbox()
      expected.removableFolders = [folder]
      #expect(Sandbox.server(configuration) == expected)
    }
  }

  @Test(
    "A client needs its port, and for a name the resolver's files and ports",
    arguments: [
      (.tcp(host: "127.0.0.1", port: 5000), false, [5000]), (.tcp(host: "::1", port: 5000), false, [5000]),
      (.udp(host: "127.0.0.1", port: 5000), false, []), (.unix(path: "/run/echo"), false, []),
      (.tcp(host: "localhost", port: 5000), true, [5000, 53, 853]),
      (.tcp(host: "example.org", port: 53), true, [53, 853]),
      (.udp(host: "localhost", port: 5000), true, [53, 853]),
    ] as [(Endpoint, Bool, [UInt16])]
  )
  func client(endpoint: Endpoint, readsFiles: Bool, ports: [UInt16]) {
    var expected = Sandbox()
    expected.readsFiles = readsFiles
    expected.connectablePorts = ports
    #expect(Sandbox.client(of: endpoint) == expected)
  }
}
