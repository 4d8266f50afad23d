import Dispatch
import Glibc
import TestKit
import Testing

@testable import Terminal

@Suite struct WaiterTests {
  @Test("A wake descriptor is readable from its signal to its clearing, however many signals there were")
  func wake() throws {
    let wake = try WakeDescriptor()
    var waiter = Waiter()
    waiter.watch(wake.descriptor, for: .readable)
    #expect(try !waiter.wait(timeout: .zero))
    wake.signal()
    wake.signal()
    #expect(try waiter.wait())
    #expect(waiter.readiness(of: wake.descriptor) == .readable)
    wake.clear()
    #expect(try !waiter.wait(timeout: .zero))
  }

  @Test("Another thread's signal ends a wait")
  func wakeFromThread() throws {
    let wake = try WakeDescriptor()
    let other = BackgroundThread { wake.signal() }
    var waiter = Waiter()
    waiter.watch(wake.descriptor, for: .readable)
    #expect(try waiter.wait(timeout: .seconds(Deadline.patience)))
    other.join()
  }

  @Test("A timeout is never over early")
  func timeout() throws {
    var waiter = Waiter()
    let start = ContinuousClock.now
    #expect(try !waiter.wait(timeout: .microseconds(2500)))
    #expect(start.duration(to: .now) >= .microseconds(2500))
  }

  @Test("Reading, writing and hang-ups are told apart, and an empty interest forgets a descriptor")
  func readiness() throws {
    var ends: [CInt] = [0, 0]
    try #require(pipe(&ends) == 0)
    var waiter = Waiter()
    waiter.watch(ends[0], for: .readable)
    waiter.watch(ends[1], for: [.readable, .writable])
    #expect(try waiter.wait())
    #expect(waiter.readiness(of: ends[0]) == [])
    #expect(waiter.readiness(of: ends[1]) == .writable)
    waiter.watch(ends[1], for: [])
    #expect(try !waiter.wait(timeout: .zero))
    close(ends[1])
    #expect(try waiter.wait())
    #expect(waiter.readiness(of: ends[0]) == .hangUp)
    close(ends[0])
  }

  @Test("Signals are recorded once each and wake the loop; SIGPIPE kills nobody")
  func signals() throws {
    let wake = try WakeDescriptor()
    let user1 = Signals(number: SIGUSR1)
    let watch = try SignalWatch([user1, .windowChange], wake: wake)
    #expect(throws: SystemCallError(call: "sigaction", code: EBUSY)) { _ = try SignalWatch(user1, wake: wake) }
    #expect(watch.take() == [])
    kill(getpid(), SIGUSR1)
    kill(getpid(), SIGUSR1)
    kill(getpid(), SIGWINCH)
    kill(getpid(), SIGPIPE)
    var waiter = Waiter()
    waiter.watch(wake.descriptor, for: .readable)
    var seen: Signals = []
    while seen != [user1, .windowChange] {
      try #require(try waiter.wait(timeout: .seconds(Deadline.patience)))
      wake.clear()
      seen.formUnion(watch.take())
    }
    #expect(watch.take() == [])
  }
}

@Suite struct StandardStreamTests {
  private func withPipe(_ body: (_ readEnd: CInt, _ writeEnd: CInt) throws -> Void) throws {
    var ends: [CInt] = [0, 0]
    try #require(pipe(&ends) == 0)
    try body(ends[0], ends[1])
  }

  @Test("What is appended comes out in order, across the buffer's size, and the end is told")
  func roundTrip() throws {
    var ends: [CInt] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
    let writer = BackgroundThread {
      var output = StandardOutput(descriptor: writeEnd)
      for start in stride(from: 0, to: bytes.count, by: 1000) { output.append(bytes[start..<(start + 1000)]) }
      try? output.flush()
      close(writeEnd)
    }
    let input = StandardInput(descriptor: readEnd)
    var received: [UInt8] = []
    while case .bytes(let chunk) = try input.read() { received += chunk }
    #expect(received == bytes)
    #expect(!input.isTerminal)
    writer.join()
    close(readEnd)
  }

  @Test("A reader that went away closes the output without an error")
  func closed() throws {
    signal(SIGPIPE, SIG_IGN)
    try withPipe { readEnd, writeEnd in
      close(readEnd)
      var output = StandardOutput(descriptor: writeEnd)
      output.append("lost\n")
      try output.flush()
      let isClosed = output.isClosed
      #expect(isClosed)
      output.append("more")
      let pending = output.pendingCount
      #expect(pending == 0)
      close(writeEnd)
    }
  }

  @Test("A reader that does not read never blocks a flush that must not block", arguments: [false, true])
  func stalled(nonBlocking: Bool) throws {
    try withPipe { readEnd, writeEnd in
      if nonBlocking { _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK) }
      var output = StandardOutput(descriptor: writeEnd)
      var written = 0
      var drained = true
      while drained {
        output.append([UInt8](repeating: 0x78, count: 10_000))
        written += 10_000
        drained = try output.flushWithoutBlocking()
      }
      let stuck = output.pendingCount
      #expect(stuck > 0)
      _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
      let input = StandardInput(descriptor: readEnd)
      var received = 0
      while received < written {
        switch try input.read() {
        case .bytes(let bytes): received += bytes.count
        case .notYet: try output.flush()
        case .end: Issue.record("the pipe is open")
        }
      }
      #expect(received == written)
      let pending = output.pendingCount
      #expect(pending == 0)
      close(writeEnd)
      close(readEnd)
    }
  }

  @Test("A reader that does not read is given up after a time, and what it did not take is dropped")
  func givenUp() throws {
    try withPipe { readEnd, writeEnd in
      var output = StandardOutput(descriptor: writeEnd)
      output.append([UInt8](repeating: 0x78, count: 1_000_000))
      try output.flush(within: .milliseconds(1))
      let (pending, isClosed) = (output.pendingCount, output.isClosed)
      #expect(pending == 0 && !isClosed)
      close(writeEnd)
      close(readEnd)
    }
  }

  @Test("A pipe is left as it was to those that share it")
  func sharedPipe() throws {
    try withPipe { readEnd, writeEnd in
      var output = StandardOutput(descriptor: writeEnd)
      output.append("x")
      let isDrained = try output.flushWithoutBlocking()
      #expect(isDrained)
      #expect(fcntl(writeEnd, F_GETFL) & O_NONBLOCK == 0)
      close(writeEnd)
      close(readEnd)
    }
  }

  @Test("A terminal that is not read never blocks a flush that must not block", arguments: [1, 2, 3, 40, 61, 100, 255])
  func stalledTerminal(lineLength: Int) throws {
    let terminal = try #require(PseudoTerminal())
    let line = [UInt8](repeating: 0x78, count: lineLength) + [0x0A]
    let done = DispatchSemaphore(value: 0)
    let writer = BackgroundThread {
      var output = StandardOutput(descriptor: terminal.slave)
      repeat {
        for _ in 0..<100 { output.append(line) }
      } while (try? output.flushWithoutBlocking()) == true
      let pending = output.pendingCount
      #expect(pending > 0)
      done.signal()
    }
    let isDone = done.wait(timeout: .now() + .seconds(Deadline.patience)) == .success
    #expect(isDone, "the flush blocks")
    // Ends a write that blocks.
    close(terminal.master)
    writer.join()
    close(terminal.slave)
  }

  @Test("What a read failed with is what is told, be it on no terminal")
  func failedRead() throws {
    // Nothing is mapped at its beginning.
    let memory = open("/proc/self/mem", O_RDONLY)
    try #require(memory >= 0)
    defer { close(memory) }
    #expect(throws: SystemCallError(call: "read", code: EIO)) { try StandardInput(descriptor: memory).read() }
  }

  @Test("A broken descriptor is an error with the call's name")
  func broken() {
    #expect(throws: SystemCallError(call: "read", code: EBADF)) { try StandardInput(descriptor: -1).read() }
    #expect(throws: SystemCallError(call: "write", code: EBADF)) {
      var output = StandardOutput(descriptor: -1)
      output.append("x")
      try output.flush()
    }
  }
}
