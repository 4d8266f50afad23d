import Testing

/// The architecture as data: what `docs/architecture.md` says in words.
enum Architecture {
  /// What the Swift files below a folder may import; the longest folder that fits a file counts.
  static let imports: [String: Set<String>] = [
    "Sources/Screen": [],
    "Sources/Wire": ["Synchronization"],
    "Sources/Wire/Engine": ["CSystem", "Darwin", "Glibc", "Musl", "Synchronization"],
    "Sources/Echo": ["Histogram", "Screen", "Wire"],
    "Sources/Journal": ["CSQLite", "CSystem", "Darwin", "Glibc", "Synchronization", "Wire"],
    "Sources/Terminal": ["CNcurses", "Darwin", "Glibc", "Screen", "Synchronization"],
    "Sources/EchoApp": ["ArgumentParser", "Echo", "Journal", "Screen", "Synchronization", "Terminal", "Wire"],
    "Sources/echo_server": ["EchoApp"],
    "Sources/echo_client": ["EchoApp"],
    "Sources/echo_monitor": ["EchoApp"],
  ]

  static let programs = ["echo_server", "echo_client", "echo_monitor"]

  /// What comes with the toolchain or the system, and needs no line in the manifest.
  static let systemModules: Set<String> = ["Darwin", "Glibc", "Musl", "Synchronization"]
  /// The targets in C, which depend on nothing.
  static let cTargets: Set<String> = ["CNcurses", "CSQLite", "CSystem"]
  /// The packages a user downloads to build the programs.
  static let packages: Set<String> = ["hdrhistogram-swift", "swift-argument-parser"]

  /// What gives access to the system's calls, and the only folders for it.
  static let systemCallModules: Set<String> = ["CSystem", "Darwin", "Glibc", "Musl"]
  static let systemCallFolders = ["Sources/Wire/Engine", "Sources/Journal", "Sources/Terminal"]

  static let engine = "Sources/Wire/Engine"

  /// The one library of Foundation that a program may link, because ArgumentParser does (decision 0001).
  static let toleratedLibraries: Set<String> = ["libFoundationEssentials.so"]
}

/// A broken rule, and where.
struct Violation: Equatable, Sendable, CustomStringConvertible {
  let place: String
  let what: String

  var description: String { "\(place): \(what)" }
}

/// One thing that every file below a folder must keep to.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  let folder: String
  var extensions: Set<String> = ["swift"]
  /// The numbers of a file's offending lines, with what is wrong there.
  let check: @Sendable (Source) -> [(line: Int, what: String)]

  var testDescription: String { name }

  func violations(in source: Source) -> [Violation] {
    check(source).map { Violation(place: "\(source.path):\($0.line)", what: $0.what) }
  }
}

extension Rule {
  static let importTable = Rule(name: "a file imports only what the table allows", folder: "Sources") { source in
    let folder = Architecture.imports.keys.filter(source.isBelow).max { $0.count < $1.count }
    guard let allowed = folder.flatMap({ Architecture.imports[$0] }) else { return [(1, "no row in the import table")] }
    return source.imports.filter { !allowed.contains($0.module) }.map { ($0.line, "imports \($0.module)") }
  }

  static let ncurses = Rule(name: "ncurses is named only in Terminal", folder: "Sources") { source in
    guard !source.isBelow("Sources/Terminal") else { return [] }
    return source.imports.filter { $0.module.lowercased().contains("ncurses") }.map {
      ($0.line, "imports \($0.module)")
    }
  }

  static let ncursesHeaders = Rule(
    name: "only CNcurses includes the headers of ncurses",
    folder: "Sources",
    extensions: ["c", "h"]
  ) { source in
    guard !source.isBelow("Sources/CNcurses") else { return [] }
    return source.textLines.enumerated().compactMap { index, line in
      line.contains(#/^\s*#\s*include\s*[<"].*(curses|term\.h)/#) ? (index + 1, "includes ncurses") : nil
    }
  }

  static let systemCalls = Rule(
    name: "system calls are made only where sockets and the terminal live",
    folder: "Sources"
  ) { source in
    guard !Architecture.systemCallFolders.contains(where: source.isBelow) else { return [] }
    let imports = source.imports.filter { Architecture.systemCallModules.contains($0.module) }
    return imports.map { ($0.line, "imports \($0.module)") }
      + source.lines(matching: #/@_silgen_name|@_extern|@_exported/#).map { ($0, "goes around the import table") }
  }

  static let noFoundation = Rule(name: "no Foundation", folder: "Sources") { source in
    source.imports.filter { $0.module.contains("Foundation") }.map { ($0.line, "imports \($0.module)") }
  }

  static let nothingPublic = Rule(name: "package is the shared level, nothing is public", folder: "Sources") { source in
    source.lines(matching: #/\bpublic\b|\bopen\s+(class|func|var|subscript|override)\b/#).map { ($0, "public") }
  }

  static let provenUnsafety = Rule(
    name: "what the compiler cannot check is proved in a comment above",
    folder: "Sources"
  ) { source in
    let lines = source.textLines
    return source.lines(matching: #/@unchecked\s+Sendable|nonisolated\(unsafe\)/#).filter { number in
      guard number >= 2 else { return true }
      let above = lines[number - 2].trimmingPrefix(#/\s*/#)
      return !above.hasPrefix("//") && !above.hasSuffix("*/")
    }
    .map { ($0, "no comment directly above proves it safe") }
  }

  static let noTrapping = Rule(name: "no try! and no as!", folder: "Sources") { source in
    source.lines(matching: #/\b(try|as)!/#).map { ($0, "traps instead of failing") }
  }

  static let noSleeping = Rule(name: "no test sleeps", folder: "Tests", extensions: ["swift", "c"]) { source in
    source.lines(matching: #/\b\w*sleep\s*\(/#).map { ($0, "sleeps") }
  }

  static let all = [
    importTable, ncurses, ncursesHeaders, systemCalls, noFoundation, nothingPublic, provenUnsafety, noTrapping,
    noSleeping,
  ]
}

/// The names of the types an engine's file declares at its top level, where another module could reach them.
func topLevelTypes(of source: Source) -> [String] {
  let pattern =
    #/^(?:@\w+\s+)*(?:(?:package|internal|final|indirect)\s+)*(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)/#
  return source.codeLines.compactMap { $0.firstMatch(of: pattern).map { String($0.output.1) } }
}

/// Where a file's code has one of the names as a whole word.
func mentions(of names: Set<String>, in source: Source) -> [Violation] {
  source.codeLines.enumerated().flatMap { index, line in
    line.matches(of: #/\w+/#).map { String($0.output) }.filter(names.contains).map {
      Violation(place: "\(source.path):\(index + 1)", what: "names \($0) of the engine")
    }
  }
}

/// What of Foundation is among the libraries, but for what is tolerated.
func forbiddenLibraries(among libraries: Set<String>) -> Set<String> {
  libraries.filter { $0.contains("Foundation") }.subtracting(Architecture.toleratedLibraries)
}
