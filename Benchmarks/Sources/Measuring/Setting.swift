import Glibc

/// What a table was measured with: the day, the source, the machine, the flags of the build and the command.
package enum Setting {
  /// As a paragraph of Markdown, to stand above a table.
  package static func text(command: [String]) -> String {
    let words = [command.first.map { String($0.split(separator: "/").last ?? "") } ?? ""] + command.dropFirst()
    return """
      **Seen** on \(date), at commit \(commit): \(Processors.count) processors, \(processor); Linux \(kernel); load before the start \(loadAverage).
      Built by \(compiler), `\(environment("BUILD") ?? "swift build -c release")`, the C programs with its clang and `-O2`. Command: `\(words.joined(separator: " "))`.
      """
  }

  private static var date: String {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var bytes = [CChar](repeating: 0, count: 64)
    let count = strftime(&bytes, bytes.count, "%e %B %Y, %H:%M", &parts)
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }.drop { $0 == 0x20 }, as: UTF8.self)
  }

  private static var commit: String {
    guard let commit = output("git", "rev-parse", "--short=10", "HEAD") else { return "unknown" }
    let changes = output("git", "status", "--porcelain", "--untracked-files=no") ?? ""
    return changes.isEmpty ? commit : commit + " with changes"
  }

  private static var processor: String {
    let line = Files.text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? "of an unknown model"
  }

  /// Its version without what a distributor adds, and the kind of its processor.
  private static var kernel: String {
    let release = output("uname", "-r") ?? ""
    return "\(release.prefix { $0 == "." || $0.isNumber }) \(output("uname", "-m") ?? "")"
  }

  private static var loadAverage: String {
    Files.text("/proc/loadavg").split(separator: " ").first.map { String($0) } ?? "unknown"
  }

  private static var compiler: String {
    let line = output("swift", "--version")?.split(separator: "\n").first { $0.contains("Swift version") }
    let words = line?.split(separator: " ").drop { $0 != "version" }.dropFirst().first
    return words.map { "Swift \($0)" } ?? "an unknown Swift"
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func output(_ command: String...) -> String? {
    guard let text = try? RunningProgram(command, core: -1, .pipe).output() else { return nil }
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
