import Dispatch
import Glibc
import Synchronization
import TestKit
import Testing

@testable import Wire

@Suite struct RightOfWayTests {
  @Test("Each key grants the right of way, is looked at once by the wire, and left to its reader")
  func keys() throws {
    let keyboard = Keyboard()
    let rightOfWay = RightOfWay(input: keyboard.reader)
    let waits = Mutex(0)
    let woken = DispatchSemaphore(value: 0)
    var calls = SystemCalls.kernel
    calls.awaitEvents = { kernel in
      waits.withLock { $0 += 1 }
      // The round before is over when the next begins.
      woken.signal()
      return kernel()
    }
    let server = try ServerFixture(calls: calls, rightOfWay: rightOfWay)
    #expect(woken.wait(timeout: .now() + .seconds(Deadline.patience)) == .success)
    #expect(rightOfWay.end.load(ordering: .relaxed) == 0)

    var last: Int64 = 0
    for key in "kG".utf8 {
      keyboard.press(key)
      while rightOfWay.end.load(ordering: .relaxed) == last {
        try #require(woken.wait(timeout: .now() + .seconds(Deadline.patience)) == .success)
      }
      last = rightOfWay.end.load(ordering: .relaxed)
      // Until it has expired, with the key unread: a wire that looked again and again would go many rounds meanwhile.
      while Clock.monotonic < last { sched_yield() }
      #expect(keyboard.unread() == [key])
    }
    server.end()
    #expect(waits.withLock { $0 } < 20)
  }
}

/// A pipe that stands for a terminal's input.
private final class Keyboard {
  let reader: Int32
  private let writer: Int32

  init() {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    #expect(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    close(reader)
    close(writer)
  }

  func press(_ key: UInt8) { withUnsafePointer(to: key) { #expect(write(writer, $0, 1) == 1) } }

  func unread() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = read(reader, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }
}
