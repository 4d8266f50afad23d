import Glibc
import Testing

@testable import Wire

@Suite struct ServerBindTests {
  private func start(_ change: (inout ServerConfiguration) -> Void) throws {
    try ServerFixture(change).end()
  }

  @Test("A port in use is named, and nothing stays bound", arguments: [Transport.tcp, .udp])
  func portInUse(transport: Transport) throws {
    let first = try ServerFixture {
      $0.transports = [transport]
      $0.hosts = ["127.0.0.1"]
    }
    let port = first.port
    var again = ServerConfiguration(port: port)
    again.transports = [transport]
    again.hosts = ["127.0.0.1"]
    do {
      _ = try ServerFixture(again)
      Issue.record("bound twice")
    } catch WireError.cannotListen(let endpoint, let error) {
      #expect(endpoint.transport == transport)
      #expect(error.cause == .addressInUse)
      #expect(error.call == "bind" || error.call == "listen")
    }
    first.end()
    let second = try ServerFixture(again)
    #expect(second.port == port)
  }

  @Test("An address that this machine does not have is named")
  func foreignAddress() throws {
    do {
      try start { $0.hosts = ["192.0.2.1"] }
      Issue.record("bound to a foreign address")
    } catch WireError.cannotListen(let endpoint, let error) {
      #expect("\(endpoint)".hasPrefix("tcp 192.0.2.1:"))
      #expect(error.cause == .addressNotAvailable)
    }
  }

  @Test("A Unix socket is its owner's alone, and gone at the end")
  func unix() throws {
    let folder = ServerFolder()
    let fixture = try ServerFixture {
      $0.transports = []
      $0.unixPath = folder.socket
    }
    var status = stat()
    #expect(lstat(folder.socket, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(fixture.endpoints == [.unix(path: folder.socket)])
    fixture.end()
    #expect(lstat(folder.socket, &status) == -1 && errno == ENOENT)
  }

  @Test("What has taken the Unix socket's name meanwhile is not removed at the end", arguments: [true, false])
  func renamed(isServer: Bool) throws {
    let folder = ServerFolder()
    let fixture = try ServerFixture {
      $0.transports = []
      $0.unixPath = folder.socket
    }
    unlink(folder.socket)
    var other: ServerFixture?
    if isServer {
      other = try ServerFixture {
        $0.transports = []
        $0.unixPath = folder.socket
      }
    } else {
      close(open(folder.socket, O_CREAT | O_WRONLY, 0o600))
    }
    fixture.end()
    var status = stat()
    #expect(lstat(folder.socket, &status) == 0)
    other?.end()
    #expect(lstat(folder.socket, &status) == (isServer ? -1 : 0))
  }

  @Test("A stale Unix socket is replaced")
  func stale() throws {
    let folder = ServerFolder()
    try ServerPeer.unixListener(folder.socket).close()
    let fixture = try ServerFixture { $0.unixPath = folder.socket }
    let peer = try ServerPeer.unix(folder.socket)
    try peer.send("hello\n")
    #expect(try peer.receiveText(3) == "OK\n")
    _ = fixture
  }

  @Test("A live Unix socket and a file that is none are left alone", arguments: [true, false])
  func taken(isLive: Bool) throws {
    let folder = ServerFolder()
    var path = folder.socket
    var listener: ServerPeer?
    if isLive {
      listener = try .unixListener(path)
    } else {
      path = folder.path + "/file"
      close(open(path, O_CREAT | O_WRONLY, 0o600))
    }
    let error =
      isLive ? WireError.cannotListen(.unix(path: path), SystemError("bind", code: EADDRINUSE)) : .pathTaken(path)
    #expect(throws: error) { try start { $0.unixPath = path } }
    var status = stat()
    #expect(lstat(path, &status) == 0)
    listener?.close()
  }

  @Test("A path that is too long or has no folder says so")
  func badPath() throws {
    let long = "/tmp/" + String(repeating: "x", count: 200)
    #expect(throws: WireError.cannotListen(.unix(path: long), SystemError("bind", code: ENAMETOOLONG))) {
      try start { $0.unixPath = long }
    }
    #expect(throws: WireError.cannotListen(.unix(path: "/nowhere/x"), SystemError("bind", code: ENOENT))) {
      try start { $0.unixPath = "/nowhere/x" }
    }
  }

  @Test(
    "A folder is safe for a socket if it is the user's or root's, and others may not write to it unless it is sticky",
    arguments: [
      (1000, 0o700, nil), (1000, 0o755, nil), (0, 0o755, nil), (0, 0o1777, nil), (1000, 0o1777, nil),
      (1000, 0o770, .isOpenToOthers), (1000, 0o702, .isOpenToOthers), (0, 0o777, .isOpenToOthers),
      (1001, 0o700, .belongs(toUser: 1001)), (1001, 0o1777, .belongs(toUser: 1001)),
    ] as [(UInt32, UInt32, FolderDanger?)]
  )
  func folderDanger(owner: UInt32, mode: UInt32, danger: FolderDanger?) {
    #expect(FolderDanger(owner: owner, mode: mode, user: 1000) == danger)
  }

  @Test("A folder that others may write to is refused, and so is one below it; made safe or sticky, it is taken")
  func unsafeFolder() throws {
    let folder = ServerFolder()
    let inner = folder.path + "/inner"
    #expect(mkdir(inner, 0o700) == 0)
    defer { rmdir(inner) }
    for path in [folder.socket, inner + "/socket"] {
      chmod(folder.path, 0o777)
      let endpoint = Endpoint.unix(path: path)
      #expect(throws: WireError.unsafeFolder(folder.path, of: endpoint, .isOpenToOthers)) {
        try start { $0.unixPath = path }
      }
      #expect(access(path, F_OK) == -1)
      for mode in [0o1777, 0o755] as [mode_t] {
        chmod(folder.path, mode)
        try start { $0.unixPath = path }
      }
    }
  }

  @Test("Another user's folder is refused, even root's own way into it", .enabled(if: geteuid() == 0))
  func foreignFolder() throws {
    let folder = ServerFolder()
    chown(folder.path, 12_345, 12_345)
    let endpoint = Endpoint.unix(path: folder.socket)
    #expect(throws: WireError.unsafeFolder(folder.path, of: endpoint, .belongs(toUser: 12_345))) {
      try start { $0.unixPath = folder.socket }
    }
  }

  @Test("A server that is let go of ends, and takes its Unix socket with it")
  func letGo() throws {
    let folder = ServerFolder()
    var configuration = ServerConfiguration(port: 0)
    configuration.transports = []
    configuration.unixPath = folder.socket
    do {
      let server = try WireServer.start(configuration) {}
      #expect(server.endpoints == [.unix(path: folder.socket)])
    }
    #expect(access(folder.socket, F_OK) == -1)
  }
}
