import Glibc
package import Screen

/// Screens kept in `Tests/Golden/NAME.screen`; with UPDATE_GOLDEN=1 in the environment they are written, not compared.
package enum Golden {
  /// Throws, with both pictures, if the picture differs from the kept one.
  package static func check(_ surface: Surface, _ name: String) throws { try check(Picture(surface), name) }

  package static func check(_ picture: Picture, _ name: String) throws {
    let path = "\(folder)/\(name).screen"
    let actual = picture.description
    if getenv("UPDATE_GOLDEN").map({ String(cString: $0) }) == "1" {
      mkdir(folder, 0o777)
      try write(actual, to: path)
      return
    }
    guard let bytes = try? Repository.bytes(at: path) else {
      throw ProgramError("there is no \(path): make it with UPDATE_GOLDEN=1\n\(actual)")
    }
    let expected = String(decoding: bytes, as: UTF8.self)
    guard expected == actual else {
      throw ProgramError(
        "\(name) differs\n--- expected\n\(expected)--- actual\n\(actual)--- \(firstDifference(expected, actual))"
      )
    }
  }

  private static let folder: String = {
    let file = #filePath
    return file.split(separator: "/").dropLast(2).reduce(into: "") { $0 += "/\($1)" } + "/Golden"
  }()

  private static func firstDifference(_ expected: String, _ actual: String) -> String {
    let pairs = zip(lines(expected), lines(actual)).enumerated()
    guard let (index, pair) = pairs.first(where: { $0.element.0 != $0.element.1 }) else { return "different lengths" }
    return "first different line, \(index + 1):\n\(pair.0)\n\(pair.1)"
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private static func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw ProgramError("\(path): errno \(errno)") }
    fputs(text, file)
    fclose(file)
  }
}
