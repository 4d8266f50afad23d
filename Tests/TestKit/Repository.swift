import Glibc

/// The files that the tests are about, and others.
package enum Repository {
  /// Where a file of the repository is.
  package static func path(_ path: String) -> String { "\(root)/\(path)" }

  /// A file of the repository, by its path in it.
  package static func bytes(of path: String) throws -> [UInt8] { try bytes(at: self.path(path)) }

  /// A file anywhere.
  package static func bytes(at path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw ProgramError("\(path): errno \(errno)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }

  private static let root: String = {
    let file = #filePath
    return file.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
  }()
}
