import Glibc
import TestKit
import Testing

@testable import Wire

/// A stale Unix socket, and those who want its place.
@Suite struct SocketTakeoverTests {
  private let folder: TemporaryDirectory
  private var path: String { "\(folder.path)/socket" }

  init() throws { folder = try TemporaryDirectory() }

  /// A socket as a server leaves it that was killed.
  private func leaveStale() throws {
    unlink(path)
    try ServerPeer.unixListener(path).close()
  }

  /// Who has got the place, and what the others were told.
  private final class Outcome: Sendable {
    private struct State {
      var winners: [Int32] = []
      var codes: [Int32] = []
    }

    private let state = Guarded(State())

    var codes: [Int32] { state.withLock { $0.codes } }
    var winners: [Int32] { state.withLock { $0.winners } }

    func listen(atPath path: String) {
      do throws(SystemError) {
        let socket = try Socket.listener(atPath: path)
        // A descriptor of its own: all stay open until it is known who was first.
        let descriptor = dup(socket.descriptor)
        state.withLock { $0.winners.append(descriptor) }
      } catch {
        state.withLock { $0.codes.append(error.code) }
      }
    }

    deinit { for descriptor in winners { close(descriptor) } }
  }

  @Test("Of servers that start at once over a stale socket one gets its place, and can be reached")
  func race() throws {
    for _ in 0..<100 {
      try leaveStale()
      let outcome = Outcome()
      let path = path
      let threads = (0..<4).map { _ in BackgroundThread { outcome.listen(atPath: path) } }
      for thread in threads { thread.join() }
      try #require(outcome.winners.count == 1)
      #expect(outcome.codes == Array(repeating: EADDRINUSE, count: 3))
      _ = try ServerPeer.unix(path)
    }
  }

  @Test("What another server puts there meanwhile is left alone")
  func order() throws {
    try leaveStale()
    let lock = open(folder.path, O_RDONLY | O_DIRECTORY)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX) == 0)
    let outcome = Outcome()
    let path = path
    let thread = BackgroundThread { outcome.listen(atPath: path) }
    unlink(path)
    let other = try ServerPeer.unixListener(path)
    flock(lock, LOCK_UN)
    thread.join()
    #expect(outcome.codes == [EADDRINUSE])
    _ = try ServerPeer.unix(path)
    other.close()
  }

  @Test("Whoever keeps the folder locked keeps no server from starting")
  func lockedFolder() throws {
    try leaveStale()
    let lock = open(folder.path, O_RDONLY | O_DIRECTORY)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX) == 0)
    let outcome = Outcome()
    outcome.listen(atPath: path)
    #expect(outcome.winners.count == 1)
  }
}
