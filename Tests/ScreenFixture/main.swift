import Echo
import EchoApp
import Glibc
import Screen
import Terminal

/// A screen program whose keys ask for each effect, and whose screen tells each event: what the tests of the loop run.
///
/// Its argument is the path of the file that it writes.
struct FixtureModel: ScreenModel {
  enum Request: Sendable {
    /// Make the wire have news.
    case ring
  }

  let path: String
  private var size = Size.zero
  private var turns = 0
  private var isWorking = false
  private var isMouseOn = false
  private var news = 0
  private var file = "none"
  private var mouse = "none"
  /// One request to end is not enough.
  private var isReluctant = false

  init(path: String) { self.path = path }

  var showsSeconds: Bool { false }
  var hasPendingWork: Bool { isWorking }

  mutating func update(_ event: ScreenEvent<Int>) -> [Effect<Request>] {
    switch event {
    case .resize(let size): self.size = size
    case .turn: turns += 1
    case .file(let event): file = "\(event)"
    case .news(let count): news += count
    case .input(.key(let key)): return press(key)
    case .input(.mouse(let mouse)): self.mouse = "\(mouse.point.column),\(mouse.point.row)"
    case .input, .tick, .edited, .notRemembered: break
    case .terminate:
      if !isReluctant { return [.quit] }
      isReluctant = false
    }
    return []
  }

  private mutating func press(_ key: Key) -> [Effect<Request>] {
    guard case .character(let character) = key.code else { return [] }
    switch character {
    case "c": return [.copy(Array("clip \u{e9}".utf8))]
    case "C": return [.copy([UInt8](repeating: 0x61, count: 200_000))]
    case "m":
      isMouseOn.toggle()
      return [.mouse(isMouseOn)]
    case "w": return [.file(.create(path: path, isOverwriting: false))]
    case "o": return [.file(.create(path: path, isOverwriting: true))]
    case "d": return [.file(.write([UInt8](repeating: 0x64, count: 65_536)))]
    case "f": return [.file(.finish)]
    case "t": isWorking = true
    case "s": isWorking = false
    case "n": return [.request(.ring)]
    case "r": isReluctant = true
    case "z": return [.suspend]
    case "q": return [.quit]
    default: break
    }
    return []
  }

  func view() -> Surface {
    var surface = Surface(size: size)
    let lines = [
      "\(isWorking ? "working" : "resting") \(turns)", "news \(news)", "file \(file)", "mouse \(mouse)",
      isReluctant ? "reluctant" : "",
    ]
    for (row, line) in lines.enumerated() { surface.draw(line, column: 0, row: row, style: .plain) }
    return surface
  }
}

func run() -> CInt {
  StandardDescriptors.makeEndsErrors()
  do {
    let wake = try WakeDescriptor()
    var isRung = false
    let loop = try ScreenLoop(wake: wake, theme: nil) { _ in FixtureModel(path: CommandLine.arguments[1]) }
    _ = try loop.run(
      drain: {
        defer { isRung = false }
        return isRung ? [1] : []
      },
      perform: { (_: FixtureModel.Request) throws(Failure) in
        isRung = true
        wake.signal()
      }
    )
    return 0
  } catch {
    StandardError.writeLine("\(error)")
    return 1
  }
}

exit(run())
