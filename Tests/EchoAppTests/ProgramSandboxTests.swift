import Glibc
import Testing
import Wire

@testable import EchoApp

@Suite struct ProgramSandboxTests {
  @Test(
    "A sandbox that the kernel lacks is told apart from one that something forbids",
    arguments: [
      (ENOSYS, "sandbox: not available on this kernel"), (EOPNOTSUPP, "sandbox: not available on this kernel"),
      (EPERM, "sandbox: not available: landlock_create_ruleset: operation not permitted"),
    ]
  )
  func notice(code: Int32, text: String) {
    #expect(ProgramSandbox.notice(of: SystemError("landlock_create_ruleset", code: code)) == text)
  }

  @Test("Without a sandbox nothing is confined, files go anywhere, and nothing is told")
  func unwanted() {
    var sandbox = ProgramSandbox(nil)
    sandbox.enter()
    #expect(sandbox.confinement == nil && sandbox.failure == nil && sandbox.writableFolders == nil)
  }
}
