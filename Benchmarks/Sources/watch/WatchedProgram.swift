import CMeasuring
import Glibc
import Measuring

/// A program on a terminal of its own, and its terminal: what reads all that it writes, as fast as it comes or at a slow
/// line's speed, and types.
final class WatchedProgram {
  static let size = RunningProgram.Size(columns: 140, rows: 40)

  let program: RunningProgram
  private(set) var scanner = OutputScanner()
  private(set) var byteCount = 0
  private(set) var hasEnded = false
  /// Bytes a second that the terminal takes; nil: as many as come.
  private let speed: Double?
  private let begin: UInt64

  init(
    _ command: [String],
    size: RunningProgram.Size = WatchedProgram.size,
    speed: Double? = nil
  ) throws(Failure) {
    program = try RunningProgram(command, .terminal(size))
    self.speed = speed
    begin = now_nanoseconds()
  }

  /// Reads until `isDone` of what came, for so many seconds at most; false when that never was.
  @discardableResult
  func read(seconds: Double, until isDone: () -> Bool = { false }) -> Bool {
    let deadline = now_nanoseconds() + UInt64(seconds * 1e9)
    while !isDone() {
      let now = now_nanoseconds()
      guard now < deadline, !hasEnded else { return false }
      // Not longer than the condition may stay unnoticed: it may be about something else than this terminal.
      let wait = CInt(min(20, (deadline - now) / 1_000_000 + 1))
      readOnce(milliseconds: wait)
    }
    return true
  }

  private func readOnce(milliseconds: CInt) {
    var limit = 65_536
    if let speed {
      let allowed = speed * Double(now_nanoseconds() - begin) / 1e9 - Double(byteCount)
      // A line hands over what came in some milliseconds.
      guard allowed >= 256 else { return _ = usleep(2000) }
      limit = min(limit, Int(allowed))
    }
    guard program.isReadable(within: milliseconds) else { return }
    guard let bytes = program.read(limit: limit) else { return hasEnded = true }
    byteCount += bytes.count
    scanner.scan(bytes)
  }

  func forgetText() { scanner.forgetText() }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(program.descriptor, bytes, bytes.count)
  }

  /// Reads until a text shows, which the program must write in one piece; gives what follows it, up to a blank.
  func word(after mark: String, seconds: Double = 5) throws(Failure) -> String {
    var word: String?
    let isThere = read(seconds: seconds) {
      word = self.shownWord(after: mark)
      return word != nil
    }
    guard isThere, let word else { throw Failure("the screen never showed \"\(mark)\"") }
    return word
  }

  private func shownWord(after mark: String) -> String? {
    let text = String(decoding: scanner.text, as: UTF8.self)
    guard let range = text.firstRange(of: mark) else { return nil }
    let rest = text[range.upperBound...]
    return rest.firstIndex(of: " ").map { String(rest[..<$0]) }
  }

  /// Ends it as a user would, and gives what it leaves on the terminal.
  func end() -> String {
    forgetText()
    program.askToEnd()
    // What is on its way to a slow terminal comes first.
    read(seconds: 10)
    program.end()
    return String(decoding: scanner.text, as: UTF8.self)
  }
}
