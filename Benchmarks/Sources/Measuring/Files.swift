import Glibc

/// What the system tells in files (proc(5)).
package enum Files {
  package static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  package static func text(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }

  /// The first word of a line `name: word …`.
  package static func field(_ name: String, of text: String) -> String? {
    let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
    return line?.dropFirst(name.count + 1).split { $0 == " " || $0 == "\t" }.first.map { String($0) }
  }

  /// Bytes of the file that a command names; nil when there is none.
  package static func size(ofCommand command: String) -> Int? {
    let folders = command.contains("/") ? [""] : path.map { $0 + "/" }
    for folder in folders {
      var status = stat()
      if stat(folder + command, &status) == 0 { return Int(status.st_size) }
    }
    return nil
  }

  private static var path: [String] {
    guard let variable = getenv("PATH") else { return [] }
    return String(cString: variable).split(separator: ":").map(String.init)
  }
}
