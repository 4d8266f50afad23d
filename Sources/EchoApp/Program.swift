import ArgumentParser
import Terminal

/// What both programs share: their options are parsed, they run, and their end is told in one line.
protocol Program: ParsableCommand {
  /// Runs to the end; throws when it was not the end that was asked for.
  func execute() throws(Failure)
}

extension Program {
  /// The program's name, as usage and errors show it.
  static var name: String { configuration.commandName ?? "" }

  static func start() -> Never {
    do {
      let program = try parseAsRoot()
      guard let program = program as? Self else { exit(withError: CleanExit.helpRequest(Self.self)) }
      do throws(Failure) {
        try program.execute()
      } catch {
        StandardError.writeLine("\(name): \(error.line)")
        exit(withError: ExitCode(error.status.rawValue))
      }
      exit()
    } catch {
      let status = exitCode(for: error)
      if status == .success { exit(withError: error) }
      let reason = message(for: error).split(separator: "\n").joined(separator: " ")
      StandardError.writeLine("\(name): \(reason) (\(name) --help tells more)")
      exit(withError: ExitCode(ExitStatus.usage.rawValue))
    }
  }
}
