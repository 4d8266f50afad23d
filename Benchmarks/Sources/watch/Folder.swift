import Glibc
import Measuring

/// A folder that stands in for the user's home, so that what the programs keep there is theirs alone.
enum Folder {
  static let path: String = {
    var template = Array("/tmp/echo-watch-XXXXXX\0".utf8CString.dropLast())
    return mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }()

  static func use() {
    for name in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"] { setenv(name, path, 1) }
    setenv("TERM", "xterm-256color", 1)
    setenv("LC_ALL", "C.UTF-8", 1)
    for name in ["NO_COLOR", "COLORFGBG", "TMUX"] { unsetenv(name) }
  }

  static func remove() {
    if path != "/tmp" { remove(path) }
  }

  private static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    for name in Files.names(in: path) { remove("\(path)/\(name)") }
    rmdir(path)
  }
}
