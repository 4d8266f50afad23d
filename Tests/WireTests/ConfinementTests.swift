import Glibc
import Synchronization
import TestKit
import Testing

@testable import Wire

/// What becomes of a thread that enters a sandbox; without Landlock, how that is told.
@Suite struct ConfinementTests {
  /// 0 where this machine's kernel has none.
  private static let version = max(0, LandlockCalls.kernel.version())
  /// The first versions of the interface that know files at all, and TCP.
  private static let (files, network) = (version >= 1, version >= 4)

  /// Runs attempts on a thread that has entered the sandbox and ends with them: each gives its errno, 0 for none.
  private func errnos(
    in sandbox: Sandbox,
    of attempts: [@Sendable () -> Int32]
  ) throws -> [Int32] {
    final class Outcome: Sendable {
      let errnos = Mutex<[Int32]>([])
    }
    let confinement = try Confinement(sandbox)
    let outcome = Outcome()
    BackgroundThread {
      do throws(SystemError) {
        try confinement.enter()
        let errnos = attempts.map { $0() }
        outcome.errnos.withLock { $0 = errnos }
      } catch {
        outcome.errnos.withLock { $0 = [-error.code] }
      }
    }.join()
    return outcome.errnos.withLock { $0 }
  }

  @Test("A confined thread starts no program, reads no file, makes nothing and removes nothing", .enabled(if: files))
  func filesForbidden() throws {
    let folder = ServerFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = folder.path
    close(Glibc.open(path + "/file", O_CREAT | O_WRONLY, 0o600))
    let errnos = try errnos(
      in: Sandbox(),
      of: [
        { Attempt.spawn("/bin/true") }, { Attempt.open("/etc/passwd", O_RDONLY) },
        { Attempt.open("/etc", O_RDONLY | O_DIRECTORY) }, { Attempt.open(path + "/file", O_WRONLY) },
        { Attempt.open(path + "/new", O_CREAT | O_WRONLY) }, { mkdir(path + "/new", 0o700) == 0 ? 0 : errno },
        { symlink("/", path + "/new") == 0 ? 0 : errno }, { unlink(path + "/file") == 0 ? 0 : errno },
        { rename(path + "/file", path + "/new") == 0 ? 0 : errno },
      ]
    )
    #expect(errnos == Array(repeating: EACCES, count: 9))
    #expect(Attempt.spawn("/bin/true") == 0, "Only that thread is confined.")
  }

  @Test("Files can be saved below the folders for it, replaced and removed, and nowhere else", .enabled(if: files))
  func writableFolder() throws {
    let folders = [ServerFolder(), ServerFolder()]
    defer { withExtendedLifetime(folders) {} }
    let (inside, outside) = (folders[0].path, folders[1].path)
    var sandbox = Sandbox()
    sandbox.writableFolders = [inside, "/nowhere/at/all", "/dev/null"]
    let (file, socket, other) = (inside + "/file", inside + "/socket", outside + "/file")
    let errnos = try errnos(
      in: sandbox,
      of: [
        { Attempt.open(file, O_CREAT | O_EXCL | O_WRONLY) }, { Attempt.open(file, O_WRONLY | O_TRUNC) },
        { rename(file, socket) == 0 ? 0 : errno }, { unlink(socket) == 0 ? 0 : errno },
        { Attempt.open(inside, O_RDONLY | O_DIRECTORY) }, { mkdir(file, 0o700) == 0 ? 0 : errno },
        { Attempt.open(other, O_CREAT | O_WRONLY) }, { Attempt.open(outside, O_RDONLY | O_DIRECTORY) },
      ]
    )
    #expect(errnos == [0, 0, 0, 0, 0, EACCES, EACCES, EACCES])
  }

  @Test("A socket's name can be taken away, and nothing be put in its place", .enabled(if: files))
  func removableFolder() throws {
    let folder = ServerFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = folder.socket
    close(Glibc.open(path, O_CREAT | O_WRONLY, 0o600))
    var configuration = ServerConfiguration(port: 0)
    configuration.unixPath = path
    let errnos = try errnos(
      in: .server(configuration),
      of: [
        { Attempt.open(path, O_WRONLY) }, { unlink(path) == 0 ? 0 : errno },
        { Attempt.open(path, O_CREAT | O_WRONLY) }, { Attempt.bindUnix(path) },
      ]
    )
    #expect(errnos == [EACCES, 0, EACCES, EACCES])
  }

  @Test("A server binds and connects no TCP socket; a client connects to its own port only", .enabled(if: network))
  func ports() throws {
    let fixture = try ServerFixture { $0.transports = [.tcp] }
    let port = fixture.port
    let attempts: [@Sendable () -> Int32] = [
      { Attempt.connect(port) }, { Attempt.connect(port ^ 1) }, { Attempt.bind(0) },
    ]
    #expect(try errnos(in: .server(ServerConfiguration(port: 0)), of: attempts) == [EACCES, EACCES, EACCES])
    let client = Sandbox.client(of: .tcp(host: "127.0.0.1", port: port))
    #expect(try errnos(in: client, of: attempts) == [0, EACCES, EACCES])
  }

  @Test("A confined client finds a name's addresses, and starts no program", .enabled(if: files))
  func names() throws {
    let errnos = try errnos(
      in: .client(of: .tcp(host: "localhost", port: 5000)),
      of: [
        { if case .success = Resolver.system("localhost") { 0 } else { -1 } }, { Attempt.spawn("/bin/true") },
        { Attempt.open("/tmp/wire-tests-new", O_CREAT | O_WRONLY) },
      ]
    )
    #expect(errnos == [0, EACCES, EACCES])
  }

  @Test("Threads that a confined one starts are confined", .enabled(if: files))
  func inherited() throws {
    final class Inner: Sendable {
      let errno = Atomic<Int32>(-1)
    }
    let errnos = try errnos(
      in: Sandbox(),
      of: [
        {
          let inner = Inner()
          BackgroundThread { inner.errno.store(Attempt.open("/etc/passwd", O_RDONLY), ordering: .relaxed) }.join()
          return inner.errno.load(ordering: .relaxed)
        }
      ]
    )
    #expect(errnos == [EACCES])
  }

  // MARK: Other kernels

  private static func kernel(version: Int32) -> LandlockCalls {
    LandlockCalls(
      version: { version },
      create: { _ in Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) },
      allowFolder: { _, _ in 0 },
      allowPort: { _, _ in 0 },
      restrict: { _ in 0 }
    )
  }

  @Test("A kernel without Landlock, or with it switched off, is told from one that refuses")
  func absent() {
    for (code, isAbsence) in [(ENOSYS, true), (EOPNOTSUPP, true), (EPERM, false)] {
      let error = SystemError("landlock_create_ruleset", code: code)
      #expect(throws: error) { try Confinement(Sandbox(), calls: Self.kernel(version: -code)) }
      #expect(error.isAbsence == isAbsence)
    }
  }

  @Test("A folder that is not there is left out; a port that can't be allowed is a failure, for nothing would connect")
  func rules() throws {
    var sandbox = Sandbox()
    sandbox.writableFolders = ["/somewhere"]
    sandbox.connectablePorts = [5000]
    var calls = Self.kernel(version: 7)
    calls.allowFolder = { _, _ in -ENOENT }
    try Confinement(sandbox, calls: calls).enter()
    calls.allowPort = { _, _ in -EINVAL }
    #expect(throws: SystemError("landlock_add_rule", code: EINVAL)) { try Confinement(sandbox, calls: calls) }
    // Before version 4 there are no rules for ports.
    calls.version = { 3 }
    _ = try Confinement(sandbox, calls: calls)
  }

  @Test("A process that is under as many sandboxes as can be hears so when it enters one more")
  func tooMany() throws {
    var calls = Self.kernel(version: 7)
    calls.restrict = { _ in -E2BIG }
    let confinement = try Confinement(Sandbox(), calls: calls)
    #expect(throws: SystemError("landlock_restrict_self", code: E2BIG)) { try confinement.enter() }
  }
}

/// What a confined program might be made to try: each gives its errno, 0 for none.
private enum Attempt {
  static func open(_ path: String, _ flags: Int32) -> Int32 {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return errno }
    close(descriptor)
    return 0
  }

  static func spawn(_ path: String) -> Int32 {
    var process: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
    defer { free(arguments[0]) }
    let code = posix_spawn(&process, path, nil, nil, &arguments, environ)
    if code == 0 { waitpid(process, nil, 0) }
    return code
  }

  static func connect(_ port: UInt16) -> Int32 { withTCP(port) { Glibc.connect($0, $1, $2) } }

  static func bind(_ port: UInt16) -> Int32 { withTCP(port) { Glibc.bind($0, $1, $2) } }

  static func bindUnix(_ path: String) -> Int32 {
    do {
      try Socket(family: .unix, isDatagram: false).bind(toPath: path)
      return 0
    } catch {
      return error.code
    }
  }

  private static func withTCP(
    _ port: UInt16,
    _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 ? 0 : errno
      }
    }
  }
}
