import Foundation
import Testing

/// What documents say of the proofs: each must be there.
@Suite("Documents")
struct DocumentTests {
  private static let documents = Result {
    let folder = Package.root.appending(path: "docs").path
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".md") }
    let others = paths.sorted().map { "docs/" + $0 }
    return try (["README.md", "SECURITY.md", "CONTRIBUTING.md"] + others).map(Package.source)
  }

  /// The text of each suite, from its name to that of the next one in its file.
  private static let suites = Result {
    var suites: [String: String] = [:]
    for source in try Package.sources(below: "Tests") {
      var name: String?
      for (code, text) in zip(source.codeLines, source.textLines) {
        if let suite = code.firstMatch(of: #/(?:struct|class|extension) (\w+Tests)\b/#) {
          name = String(suite.output.1)
        }
        if let name { suites[name, default: ""] += text + "\n" }
      }
    }
    return suites
  }

  @Test("a test that is named as `Suite.function`, or by its suite and the beginning of its title, is one")
  func namesTests() throws {
    let suites = try Self.suites.get()
    var count = 0
    for document in try Self.documents.get() {
      for name in DocumentTests.tests(namedIn: document.text) {
        count += 1
        let text = suites[name.suite]
        #expect(text != nil, "\(document.path): \(name.suite)")
        for function in name.functions {
          #expect(text?.contains("func \(function)(") == true, "\(document.path): \(name.suite).\(function)")
        }
        for title in name.titles {
          #expect(text?.contains("\"\(title)") == true, "\(document.path): \(name.suite) \"\(title)\"")
        }
      }
    }
    #expect(count > 50)
  }

  @Test("a subject of `make stress` that is named is one")
  func namesSubjects() throws {
    var named: Set<String> = []
    for document in try Self.documents.get() {
      for match in document.text.matches(of: #/(?:`stress |SUBJECT=)'?([\w ]+)['`]/#) {
        named.formUnion(match.output.1.split(separator: " ").map(String.init))
      }
    }
    #expect(named.count > 10)
    for name in named {
      let path = Package.root.appending(path: "Tests/Stress/\(name).py").path
      #expect(FileManager.default.fileExists(atPath: path), "\(name)")
    }
  }

  @Test("what is read of a name: further functions of a suite, and its titles")
  func reads() {
    let names = DocumentTests.tests(
      namedIn: #"`ATests.one`, `two` and `three`; `BTests` "Begins …", "Is all", `CTests`"#
    )
    #expect(names.map(\.suite) == ["ATests", "BTests", "CTests"])
    #expect(names.map(\.functions) == [["one", "two", "three"], [], []])
    #expect(names.map(\.titles) == [[], ["Begins", "Is all"], []])
  }

  private struct Name {
    var suite: String
    var functions: [String]
    var titles: [String]
  }

  private static func tests(namedIn text: String) -> [Name] {
    text.matches(of: #/`(\w+Tests)(?:\.(\w+)`((?:(?:,| and) `[a-z]\w*`)*)|`)((?:,? "[^"\n]+")*)/#).map { match in
      let (_, suite, function, more, titles) = match.output
      return Name(
        suite: String(suite),
        functions: [function].compactMap { $0.map(String.init) }
          + (more ?? "").matches(of: #/`(\w+)`/#).map { String($0.output.1) },
        titles: titles.matches(of: #/"([^"]+)"/#).map { String($0.output.1.trimmingSuffix { "… ".contains($0) }) }
      )
    }
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    guard let last = lastIndex(where: { !predicate($0) }) else { return self[startIndex..<startIndex] }
    return self[...last]
  }
}
