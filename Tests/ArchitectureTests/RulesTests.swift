import Testing

/// A rule that cannot fail guards nothing: each is shown an offence and its innocent neighbour.
@Suite("The rules themselves")
struct RulesTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let path: String
    let text: String
    /// The numbers of the offending lines.
    let lines: [Int]

    init(_ rule: Rule, _ path: String, _ text: String, _ lines: [Int]) {
      self.rule = rule
      self.path = path
      self.text = text
      self.lines = lines
    }

    var testDescription: String { "\(path): \(text)" }
  }

  static let examples = [
    Example(.importTable, "Sources/Screen/A.swift", "package import Wire", [1]),
    Example(.importTable, "Sources/Screen/A.swift", "// import Wire", []),
    Example(.importTable, "Sources/Echo/A.swift", "import Screen\n@testable import Terminal", [2]),
    Example(.importTable, "Sources/Wire/A.swift", "import struct Glibc.stat", [1]),
    Example(.importTable, "Sources/Wire/Engine/A.swift", "import struct Glibc.stat", []),
    Example(.importTable, "Sources/Other/A.swift", "", [1]),
    Example(.ncurses, "Sources/EchoApp/A.swift", "internal import CNcurses", [1]),
    Example(.ncurses, "Sources/Terminal/A.swift", "import CNcurses", []),
    Example(.ncursesHeaders, "Sources/CSystem/a.c", "#include <ncursesw/ncurses.h>", [1]),
    Example(.ncursesHeaders, "Sources/CNcurses/a.c", "#include <ncursesw/ncurses.h>", []),
    Example(.systemCalls, "Sources/EchoApp/A.swift", "\nimport Glibc", [2]),
    Example(.systemCalls, "Sources/Wire/A.swift", "@_silgen_name(\"read\") func f()", [1]),
    Example(.systemCalls, "Sources/Terminal/A.swift", "import Glibc", []),
    Example(.noFoundation, "Sources/Echo/A.swift", "private import FoundationEssentials", [1]),
    Example(.noFoundation, "Sources/Echo/A.swift", "let a = \"import Foundation\"", []),
    Example(.nothingPublic, "Sources/Echo/A.swift", "public struct A {}", [1]),
    Example(.nothingPublic, "Sources/Echo/A.swift", "open class A {}", [1]),
    Example(.nothingPublic, "Sources/Echo/A.swift", "socket.open(path) // public", []),
    Example(.provenUnsafety, "Sources/Wire/A.swift", "nonisolated(unsafe) let a = 1", [1]),
    Example(.provenUnsafety, "Sources/Wire/A.swift", "\nclass A: @unchecked Sendable {}", [2]),
    Example(.provenUnsafety, "Sources/Wire/A.swift", "// One thread.\nnonisolated(unsafe) let a = 1", []),
    Example(.noTrapping, "Sources/Wire/A.swift", "let a = try! b()", [1]),
    Example(.noTrapping, "Sources/Wire/A.swift", "let a = b as! C", [1]),
    Example(.noTrapping, "Sources/Wire/A.swift", "let a = try b() as? C", []),
    Example(.noSleeping, "Tests/A/A.swift", "try await Task.sleep(for: .seconds(1))", [1]),
    Example(.noSleeping, "Tests/A/a.c", "usleep(10);", [1]),
    Example(.noSleeping, "Tests/A/A.swift", "/* sleep(1) */ let a = \"sleep(1)\"", []),
  ]

  @Test("a rule finds the lines that break it, and only those", arguments: examples)
  func findsItsOffence(_ example: Example) {
    let places = example.rule.violations(in: Source(path: example.path, text: example.text)).map(\.place)
    #expect(places == example.lines.map { "\(example.path):\($0)" })
  }

  @Test("every rule has an example that breaks it")
  func everyRuleCanFail() {
    let broken = Set(Self.examples.filter { !$0.lines.isEmpty }.map(\.rule.name))
    #expect(broken == Set(Rule.all.map(\.name)))
  }

  @Test("an engine's type is found where Echo's code names it, not in its comments nor in longer words")
  func findsEngineTypes() {
    let engine = Source(
      path: "Sources/Wire/Engine/A.swift",
      text: """
        package struct Socket: ~Copyable {
          enum State {}
        }
        final class Poller {}
        private enum Hidden {}
        """
    )
    let names = Set(topLevelTypes(of: engine))
    #expect(names == ["Socket", "Poller"])
    let echo = Source(path: "Sources/Echo/A.swift", text: "// Socket\nlet sockets: [Socket], a: SocketPath, b: State")
    #expect(mentions(of: names, in: echo).map(\.place) == ["Sources/Echo/A.swift:2"])
  }

  @Test("a library of Foundation is forbidden, but for what is tolerated")
  func findsFoundation() {
    let libraries: Set = ["libc.so.6", "libFoundation.so", "libFoundationEssentials.so"]
    #expect(forbiddenLibraries(among: libraries) == ["libFoundation.so"])
  }

  @Test("the manifest is read by its helpers' calls")
  func readsAManifest() {
    let manifest = Manifest(
      """
      func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target { }
      .executableTarget(name: name, dependencies: ["Shell"], swiftSettings: swiftSettings)
      .package(url: "https://example.org/some/package-name", from: "1.0.0")
      target("A", []),
      target(
        "B",
        ["A", .product(name: "P", package: "package-name")]
      ),
      program("main"),
      """
    )
    #expect(manifest.targets == ["A": [], "B": ["A", "P"]])
    #expect(manifest.programs == ["main"])
    #expect(manifest.programDependencies == ["Shell"])
    #expect(manifest.packages == ["package-name"])
  }

  @Test(
    "comments and strings are blanked, interpolated code and lines are kept",
    arguments: [
      ("a // b", "a     "),
      ("a /* /*b*/ */ c", "a             c"),
      (#"f("a // b") // c"#, #"f("      ")     "#),
      (#"f("a\"b", c)"#, #"f("    ", c)"#),
      (#"f("a\(b("c"))d") e"#, #"f("   b(" ")  ") e"#),
      (##"f(#"a"b\n"#) c"##, ##"f(#"     "#) c"##),
      ("f(\"\"\"\n  a \"b\n  \"\"\") c", "f(\"\"\"\n      \n  \"\"\") c"),
      ("#if os(Linux)\n#endif", "#if os(Linux)\n#endif"),
    ]
  )
  func blanks(_ text: String, _ code: String) {
    #expect(blankingCommentsAndStrings(in: text) == code)
  }
}
