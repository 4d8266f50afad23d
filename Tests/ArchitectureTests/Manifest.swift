/// What `Package.swift` says, read from its text.
///
/// Asking the package manager instead would wait for the lock that the test run itself holds.
struct Manifest {
  /// The libraries in Swift, each with the targets and products it depends on.
  private(set) var targets: [String: Set<String>] = [:]
  private(set) var programs: Set<String> = []
  private(set) var programDependencies: Set<String> = []
  /// The names of the packages it downloads.
  private(set) var packages: Set<String> = []

  init(_ text: String) {
    // A product stands for itself: `.product(name: "A", package: "b")` becomes "A".
    let text = text.replacing(#/\.product\(\s*name:\s*("\w+"),\s*package:\s*"[^"]+"\s*\)/#) { $0.output.1 }
    for match in text.matches(of: #/\starget\(\s*"(\w+)",\s*\[([^\]]*)\]/#) {
      targets[String(match.output.1)] = Self.quoted(match.output.2)
    }
    programs = Set(text.matches(of: #/\sprogram\("(\w+)"\)/#).map { String($0.output.1) })
    if let match = text.firstMatch(of: #/\.executableTarget\([^\]]*?dependencies:\s*\[([^\]]*)\]/#) {
      programDependencies = Self.quoted(match.output.1)
    }
    packages = Set(
      text.matches(of: #/\.package\(\s*(?:url|path):\s*"(?:[^"]*\/)?([^"\/]+)"/#).map { String($0.output.1) }
    )
  }

  private static func quoted(_ list: Substring) -> Set<String> {
    Set(list.matches(of: #/"(\w+)"/#).map { String($0.output.1) })
  }
}
