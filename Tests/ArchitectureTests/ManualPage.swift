/// What a manual page in mdoc(7) says of a program's options.
struct ManualPage {
  /// The text of each option's entry, by each of its names: `--help` and `-h` have one entry.
  let entries: [String: String]

  init(_ text: String) {
    var entries: [String: String] = [:]
    var names: [String] = []
    for line in text.split(separator: "\n") {
      // Only an option begins an entry: a list inside it belongs to it.
      if line.hasPrefix(".It Fl ") || line.hasPrefix(".Sh ") || line == ".Pp" { names = [] }
      if line.hasPrefix(".It Fl ") {
        names = line.matches(of: #/Fl (-?[\w-]+)/#).map { "-\($0.output.1)" }
      }
      for name in names { entries[name, default: ""] += line + "\n" }
    }
    self.entries = entries
  }
}
