import Testing
import Wire

@testable import EchoApp

/// What went wrong on the wire, as an exit status of sysexits(3).
@Suite struct FailureTests {
  private static let tcp = Endpoint.tcp(host: "127.0.0.1", port: 5000)

  /// Codes of errno(3) that mean the same everywhere.
  private static let notPermitted = SystemError("bind", code: 13)
  private static let tooManyFiles = SystemError("socket", code: 24)

  @Test(
    "Every error of the wire has the status of the contract",
    arguments: [
      (.cannotListen(tcp, tooManyFiles), 71), (.cannotListen(tcp, notPermitted), 77),
      (.unsafeFolder("/srv/\u{1B}[2J", of: .unix(path: "/srv/\u{1B}[2J/echo"), .isOpenToOthers), 77),
      (.unsafeFolder("/srv", of: .unix(path: "/srv/echo"), .belongs(toUser: 1000)), 77),
      (.pathTaken("/run/echo"), 71), (.system(tooManyFiles), 71),
      (.unknownHost("nowhere", reason: "unknown"), 69), (.connectTimeout(tcp), 69),
      (.cannotConnect(tcp, tooManyFiles), 69), (.cannotConnect(tcp, notPermitted), 77),
      (.broken(tcp, tooManyFiles), 74), (.foreignServer(path: "/tmp/\u{1B}[2J", user: 7), 77),
    ] as [(WireError, Int32)]
  )
  func status(error: WireError, status: Int32) {
    #expect(Failure(error).status.rawValue == status)
    #expect(!Failure(error).line.contains("\n") && !Failure(error).line.isEmpty)
  }

  @Test("Names and paths that are foreign are only shown")
  func foreign() {
    #expect(Failure(.unknownHost("a\u{1B}[2Jb", reason: "unknown")).line == "unknown host a\\e[2Jb: unknown")
    #expect(!Failure(.pathTaken("/tmp/\u{1B}]0;x\u{7}")).line.utf8.contains { $0 < 0x20 })
  }
}
