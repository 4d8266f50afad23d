import Foundation
import Testing

/// A file of the package as the rules look at it: its path from the root, its text, and its code alone.
struct Source: Sendable, CustomTestStringConvertible {
  /// From the package's root, with `/` between its parts.
  let path: String
  let text: String
  /// The text with comments and the insides of string literals blanked, line for line.
  let code: String

  init(path: String, text: String) {
    self.path = path
    self.text = text
    self.code = blankingCommentsAndStrings(in: text)
  }

  var testDescription: String { path }

  var textLines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  var codeLines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }

  func isBelow(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }

  /// The module of each `import`, with the number of its line: `Darwin` for `import struct Darwin.stat`.
  var imports: [(line: Int, module: String)] {
    let pattern =
      #/^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/#
    return codeLines.enumerated().compactMap { index, line in
      line.firstMatch(of: pattern).map { (index + 1, String($0.output.1)) }
    }
  }

  /// The numbers of the lines whose code matches.
  func lines<Output>(matching pattern: Regex<Output>) -> [Int] {
    // Unicode's own word boundaries see one word in `Task.sleep`.
    let pattern = pattern.wordBoundaryKind(.simple)
    return codeLines.enumerated().compactMap { $1.contains(pattern) ? $0 + 1 : nil }
  }
}

/// The package's files on disk.
enum Package {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every file below `folder` with one of the extensions, in the order of their paths.
  static func sources(below folder: String, extensions: Set<String> = ["swift"]) throws -> [Source] {
    try files.get().filter { $0.isBelow(folder) && extensions.contains(URL(filePath: $0.path).pathExtension) }
  }

  /// All sources, read once for all rules.
  private static let files = Result {
    try ["Sources", "Tests"].flatMap { folder in
      let paths = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
      return try paths.filter { ["swift", "c", "h"].contains(URL(filePath: $0).pathExtension) }.sorted().map {
        try source(folder + "/" + $0)
      }
    }
  }

  static func source(_ path: String) throws -> Source {
    Source(path: path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
  }
}
