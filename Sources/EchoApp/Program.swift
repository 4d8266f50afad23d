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
    StandardDescriptors.makeEndsErrors()
    if let argument = Arguments.illFormed { refuse("an argument is no UTF-8 text: \(argument)") }
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
      refuse(refusal(of: Array(CommandLine.arguments.dropFirst())))
    }
  }

  private static func refuse(_ reason: String) -> Never {
    StandardError.writeLine("\(name): \(reason) (\(name) --help tells more)")
    exit(withError: ExitCode(ExitStatus.usage.rawValue))
  }

  /// Why arguments that are refused are, in one line that is safe to show.
  ///
  /// The parser repeats what was typed: it is asked about visible text, so that line feeds are its own.
  static func refusal(of arguments: [String]) -> String {
    complaint(about: arguments.map { Printable.text($0.utf8) })
      ?? Printable.text((complaint(about: arguments) ?? "").utf8)
  }

  /// What the parser says of a wrong use, on one line: its lists become enumerations.
  private static func complaint(about arguments: [String]) -> String? {
    let message: String
    do {
      _ = try parseAsRoot(arguments)
      return nil
    } catch {
      message = self.message(for: error)
    }
    var reason = ""
    var isInList = false
    for line in message.split(separator: "\n") {
      let text = line.drop { $0 == " " }
      let isItem = text.hasPrefix("- ")
      if !reason.isEmpty { reason += isItem && isInList ? ", " : " " }
      reason += isItem ? text.dropFirst(2) : text
      isInList = isItem
    }
    // The parser takes `-1` for an option, and then only misses a number.
    guard let number = arguments.first(where: isNegative) else { return reason }
    return "\(reason); \(number) was taken for an option"
  }

  private static func isNegative(_ argument: String) -> Bool {
    argument.utf8.count > 1 && argument.utf8.first == 0x2d
      && argument.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }
}
