import CPseudoTerminal
import Glibc

/// Where the programs under test are.
package enum Programs {
  /// A built product, beside the bundle that holds the tests (the build's `debug` or `release` folder).
  package static func path(named name: String) -> String {
    var image = String(cString: cpseudoterminal_image())
    while let slash = image.lastIndex(of: "/") {
      image = String(image[..<slash])
      let candidate = "\(image)/\(name)"
      if isProgram(candidate) { return candidate }
    }
    return name
  }

  /// A tool of the system (nc, socat …), or nil if it is not installed.
  package static func tool(named name: String) -> String? {
    searchPath.map { "\($0)/\(name)" }.first(where: isProgram)
  }

  static let searchPath = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// Whether `make sanitize` runs the tests under the thread sanitizer.
  package static var areThreadSanitized: Bool { getenv("TSAN_OPTIONS") != nil }

  /// What every program under test sees: nothing of the machine that the tests run on.
  ///
  /// `home` is its HOME, where it keeps its state and its sockets too; the sanitizers' and coverage's own variables go
  /// through. A nil in `changes` removes a variable.
  static func environment(home: String, changes: [String: String?]) -> [String: String] {
    var environment = [
      "HOME": home, "LANG": "C.UTF-8", "PATH": searchPath.joined(separator: ":"), "SWIFT_BACKTRACE": "enable=no",
      "TERM": "xterm-256color", "TZ": "UTC", "XDG_RUNTIME_DIR": home,
    ]
    for name in ["LLVM_PROFILE_FILE", "ASAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH"] {
      environment[name] = getenv(name).map { String(cString: $0) }
    }
    for (name, value) in changes { environment[name] = value }
    return environment
  }
}

/// A folder of a test's own, removed with everything in it.
package final class TemporaryDirectory {
  package let path: String

  package init() throws {
    var template = Array("/tmp/echo-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ProgramError("mkdtemp: errno \(errno)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { cpseudoterminal_remove_folder(path) }

  /// The names of what is in it, sorted.
  package var names: [String] { names(in: ".") }

  /// The names of what is in a folder in it, sorted.
  package func names(in folder: String) -> [String] {
    guard let directory = opendir("\(path)/\(folder)") else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
      )
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  /// The first 64 KiB of a file in it; empty where there is none.
  package func contents(of name: String) -> String {
    guard let file = fopen("\(path)/\(name)", "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// The permissions of a file in it; nil where there is none.
  package func mode(of name: String) -> UInt32? {
    var status = stat()
    return stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o7777 : nil
  }
}

/// A program under test did not do what was awaited; the text has what it did instead.
package struct ProgramError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
