import Foundation
import TestKit
import Testing

@Suite("Manual pages and README")
struct ManualPageTests {
  /// What `--experimental-dump-help` of a program tells.
  private struct Dump: Decodable {
    struct Command: Decodable {
      var arguments: [Argument]
    }

    struct Argument: Decodable {
      struct Name: Decodable {
        var kind: String
        var name: String

        var text: String { (kind == "long" ? "--" : "-") + name }
      }

      var names: [Name]?
      var allValues: [String]?
      var shouldDisplay: Bool
    }

    var command: Command
  }

  private func options(of program: String) throws -> [Dump.Argument] {
    let process = Process()
    process.executableURL = URL(filePath: Programs.path(named: program))
    process.arguments = ["--experimental-dump-help"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let dump = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try JSONDecoder().decode(Dump.self, from: dump).command.arguments.filter {
      $0.shouldDisplay && $0.names != nil
    }
  }

  private func page(of program: String) throws -> ManualPage {
    ManualPage(try Package.source("Resources/man/\(program).1").text)
  }

  @Test("a manual page has an entry for each option, and for nothing else", arguments: Architecture.programs)
  func hasEachOption(_ program: String) throws {
    let names = try options(of: program).flatMap { ($0.names ?? []).map(\.text) }
    try #require(names.contains("--help"))
    #expect(Set(try page(of: program).entries.keys) == Set(names))
  }

  @Test("an option's entry names each of its values", arguments: Architecture.programs)
  func hasEachValue(_ program: String) throws {
    let entries = try page(of: program).entries
    for option in try options(of: program) {
      for name in option.names ?? [] {
        let entry = entries[name.text] ?? ""
        for value in option.allValues ?? [] {
          #expect(entry.contains(value), "\(name.text) takes \(value)")
        }
      }
    }
  }

  @Test("the README names no option that no program has")
  func readmeNamesOptions() throws {
    let known = try Set(Architecture.programs.flatMap { try options(of: $0) }.flatMap { ($0.names ?? []).map(\.text) })
    let readme = try Package.source("README.md").text
    let named = Set(readme.matches(of: #/--[a-z][a-z-]*/#).map { String($0.output) })
    #expect(named.contains("--framing"))
    #expect(named.subtracting(known) == [])
  }
}
