import Journal
import Screen
import Synchronization
import Wire

/// The thread that writes a recording, and what becomes of it; it ends, at the latest, when it is let go.
final class RecordingThread {
  private final class Outcome: Sendable {
    let failure = Mutex<RecordingFailure?>(nil)
  }

  private let path: String
  private let bell: Bell
  private let thread: WireThread
  private let outcome: Outcome

  /// Runs `record` until the bell is closed and nothing is left; confined, it reaches no file but the recording's.
  init(
    to path: String,
    bell: Bell,
    isConfined: Bool,
    _ record: sending @escaping () -> RecordingFailure?
  ) throws(Failure) {
    // What can go wrong does so with the program's own sandbox, too, and is told of there.
    let confinement = isConfined ? try? Confinement(.recording(path)) : nil
    let outcome = Outcome()
    do throws(SystemError) {
      thread = try WireThread(name: "journal") {
        try? confinement?.enter()
        let failure = record()
        outcome.failure.withLock { $0 = failure }
      }
    } catch {
      throw Failure(.system(error))
    }
    (self.path, self.bell, self.outcome) = (path, bell, outcome)
  }

  deinit { end() }

  /// Opens what it will write, and what wakes it.
  static func open(_ settings: RecordingSettings, origin: RecordingOrigin) throws(Failure) -> (Journal, Bell) {
    do throws(RecordingError) {
      return (try Journal(settings, origin: origin), try Bell())
    } catch {
      throw Failure(error, path: settings.path)
    }
  }

  /// Why nothing is recorded any more.
  var failure: RecordingFailure? { outcome.failure.withLock { $0 } }

  /// Waits, once all was told, until all of it is recorded.
  func end() {
    bell.close()
    thread.join()
  }

  /// How the program's failure says it.
  func text(of failure: RecordingFailure) -> String {
    "cannot record to \(Printable.text(path.utf8)): \(failure.reason)"
  }
}
