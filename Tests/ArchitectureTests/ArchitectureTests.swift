import Foundation
import Testing

@Suite("Architecture")
struct ArchitectureTests {
  @Test("every file keeps every rule", arguments: Rule.all)
  func filesKeepTheRule(_ rule: Rule) throws {
    let sources = try Package.sources(below: rule.folder, extensions: rule.extensions)
    #expect(!sources.isEmpty)
    #expect(sources.flatMap(rule.violations(in:)) == [])
  }

  @Test("Echo names no type of the engine")
  func echoNamesNoEngineType() throws {
    let engine = try Package.sources(below: "Sources/Wire").filter { $0.isBelow(Architecture.engine) }
    let names = Set(engine.flatMap(topLevelTypes(of:)))
    #expect(try Package.sources(below: "Sources/Echo").flatMap { mentions(of: names, in: $0) } == [])
  }

  @Test("every folder of Sources has its row in the import table, or is a C target")
  func everyFolderIsKnown() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Package.root.appending(path: "Sources").path)
    let known = Set(Architecture.imports.keys.map { String($0.split(separator: "/")[1]) })
    #expect(Set(names.filter { !$0.hasPrefix(".") }) == known.union(Architecture.cTargets))
  }

  @Test("the manifest gives each target what the import table allows it, and no more")
  func manifestAgrees() throws {
    let manifest = Manifest(try Package.source("Package.swift").text)
    var expected: [String: Set<String>] = [:]
    for (folder, modules) in Architecture.imports {
      let target = String(folder.split(separator: "/")[1])
      expected[target, default: []].formUnion(modules.subtracting(Architecture.systemModules))
    }
    for program in manifest.programs {
      #expect(expected.removeValue(forKey: program) == manifest.programDependencies)
    }
    #expect(manifest.programs.isSuperset(of: Architecture.programs))
    #expect(manifest.targets == expected)
    #expect(manifest.packages == Architecture.packages)
  }

  #if os(Linux)
  @Test("a program links no Foundation", arguments: Architecture.programs)
  func linksNoFoundation(_ program: String) throws {
    let libraries = try linkedLibraries(of: program)
    #expect(libraries.contains { $0.hasPrefix("libswiftCore") })
    #expect(forbiddenLibraries(among: libraries) == [])
  }

  /// The file names of the libraries the loader would map: all of them, for a build of the tests links dynamically.
  private func linkedLibraries(of program: String) throws -> Set<String> {
    let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    let path = folder.appending(path: program).path
    try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not built")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ldd", path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let listing = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return Set(
      listing.split(separator: "\n").compactMap { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) }
    )
  }
  #endif
}
