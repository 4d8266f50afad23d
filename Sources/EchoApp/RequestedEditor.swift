import Echo
import Terminal

/// The editor that a model's user may be in: started on a text, looked after, and ended with the program.
struct RequestedEditor: ~Copyable {
  /// How long an editor may take to end once it was asked to: the program's own end is promised within a second.
  private static var farewell: Duration { .milliseconds(800) }

  private var editor: Editor?
  private var deadline: ContinuousClock.Instant?

  /// While it runs the terminal is its.
  var isRunning: Bool {
    switch editor {
    case .some: true
    case .none: false
    }
  }

  /// How long it is waited for; nil for ever.
  var timeout: Duration? { deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) } }

  /// What the model is to hear of it; nil if it runs.
  mutating func start(_ text: String, on terminal: CInt) -> EditorEvent? {
    deadline = nil
    do throws(EditorError) {
      editor = try Editor(text: text, terminal: terminal)
      return nil
    } catch {
      return .failed("\(error)")
    }
  }

  /// Does what signals ask of it, and looks what became of it; nil while it runs.
  mutating func heed(_ signals: Signals) -> EditorEvent? {
    if signals.contains(.resume) { editor?.resume() }
    if signals.contains(.stop) { editor?.stop() }
    if !signals.isDisjoint(with: [.hangUp, .terminate, .interrupt, .quit]) {
      editor?.hangUp()
      deadline = deadline ?? .now + RequestedEditor.farewell
    }
    if let deadline, .now >= deadline {
      editor = nil
      return .failed("the editor did not end and was killed")
    }
    switch editor?.look() {
    case .ended(let result):
      editor = nil
      switch result {
      case .success(let text): return .edited(text)
      case .failure(let error): return .failed("\(error)")
      }
    case .stopped: editor?.stopJob()
    case .running, nil: break
    }
    return nil
  }
}
