import ArgumentParser
import Screen
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
    StandardDescriptors.occupy()
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
      StandardError.writeLine("\(name): \(Printable.text(reason(of: error).utf8)) (\(name) --help tells more)")
      exit(withError: ExitCode(ExitStatus.usage.rawValue))
    }
  }

  /// What the parser says of a wrong use, on one line: its lists become enumerations.
  private static func reason(of error: any Error) -> String {
    var reason = ""
    var isInList = false
    for line in message(for: error).split(separator: "\n") {
      let text = line.drop { $0 == " " }
      let isItem = text.hasPrefix("- ")
      if !reason.isEmpty { reason += isItem && isInList ? ", " : " " }
      reason += isItem ? text.dropFirst(2) : text
      isInList = isItem
    }
    // The parser takes `-1` for an option, and then only misses a number.
    guard let number = CommandLine.arguments.dropFirst().first(where: isNegative) else { return reason }
    return "\(reason); \(number) was taken for an option"
  }

  private static func isNegative(_ argument: String) -> Bool {
    argument.utf8.count > 1 && argument.utf8.first == 0x2d
      && argument.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }
}
