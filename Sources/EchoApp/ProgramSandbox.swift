import Terminal
import Wire

/// A program's sandbox, entered as far as the system has one.
struct ProgramSandbox {
  /// For the threads that the program starts before it enters itself; nil where there is no sandbox.
  private(set) var confinement: Confinement?
  private(set) var failure: SystemError?
  private let sandbox: Sandbox?

  /// Prepares a sandbox; nil is none, as the user asked for.
  init(_ sandbox: Sandbox?) {
    self.sandbox = sandbox
    guard let sandbox else { return }
    do throws(SystemError) { confinement = try Confinement(sandbox) } catch { failure = error }
  }

  /// Where files may be written; nil is wherever the user may.
  var writableFolders: [String]? { confinement == nil ? nil : sandbox?.writableFolders }

  /// Confines the calling thread.
  mutating func enter() {
    do throws(SystemError) { try confinement?.enter() } catch { failure = error }
  }

  /// Tells once that there is no sandbox, if so.
  mutating func tellFailure(of program: String) {
    guard let failure else { return }
    StandardError.writeLine("\(program): \(ProgramSandbox.notice(of: failure))")
    self.failure = nil
  }

  static func notice(of failure: SystemError) -> String {
    let reason = failure.isAbsence ? " on this kernel" : ": \(failure.call): \(failure.reason)"
    return "sandbox: not available\(reason)"
  }
}

extension Sandbox {
  /// A screen saves files: below the folders that its user works in.
  mutating func allowSaving() {
    writableFolders = [".", Surroundings.variable("TMPDIR") ?? "/tmp"]
    if let home = Surroundings.variable("HOME") { writableFolders.append(home) }
  }

  /// Confines the calling thread where the system can, and says nothing where it can't: a client runs many times a minute in
  /// scripts, and none of those is the place to learn of it.
  func enterQuietly() {
    var sandbox = ProgramSandbox(self)
    sandbox.enter()
  }
}
