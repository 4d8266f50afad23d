/// What runs on a monitor's wire thread: brings a server's lines, as fast as they are taken, and carries words to it.
final class MonitorEngine {
  private enum Token {
    static let waker: UInt64 = 0
    static let socket: UInt64 = 1
  }

  /// The longest line that is kept: a message of 2 MiB all of whose bytes are escaped, and what is told of it.
  static let lineLimit = 6 * (2 << 20) + 4096
  private static let readSize = 64 << 10
  private static let readsPerRound = 4

  private let socket: Socket
  private let calls: SystemCalls
  private let waker: Waker
  private let poller: Poller
  private let commands: Mailbox<MonitorCommand>
  private let news: Mailbox<MonitorNews>
  private var gatherer: LineGatherer
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 16)
  private var unsent = SendBuffer()
  private var interest: Poller.Interest = .read
  private var isOver = false

  init(
    _ socket: consuming Socket,
    calls: SystemCalls,
    lineLimit: Int,
    waker: Waker,
    commands: Mailbox<MonitorCommand>,
    news: Mailbox<MonitorNews>
  ) throws(SystemError) {
    poller = try Poller()
    self.socket = socket
    self.calls = calls
    self.waker = waker
    self.commands = commands
    self.news = news
    gatherer = LineGatherer(limit: lineLimit)
    try poller.add(waker.descriptor, .read, token: Token.waker)
    try poller.add(self.socket.descriptor, .read, token: Token.socket)
  }

  deinit { buffer.deallocate() }

  func run() {
    while !isOver {
      guard news.hasRoom else {
        // A socket that has ended is always ready: nothing but the reader of the news is waited for.
        waker.wait(milliseconds: nil)
        takeCommands()
        continue
      }
      wait()
    }
  }

  private func wait() {
    let count = poller.wait(milliseconds: nil)
    if count < 0, count != -Int(Errno.interrupted) {
      return end(.failed(SystemError("epoll_wait", code: Int32(-count))))
    }
    for index in 0..<max(0, count) {
      let event = poller.event(index)
      if event.token == Token.waker {
        takeCommands()
      } else {
        if event.isWritable { write() }
        if event.isReadable, !isOver { read() }
      }
    }
  }

  private func takeCommands() {
    waker.clear()
    for command in commands.drain() {
      switch command {
      case .send(let line): line.withUnsafeBytes { unsent.append($0) }
      case .close: isOver = true
      }
    }
    if !isOver { write() }
  }

  private func read() {
    for _ in 0..<MonitorEngine.readsPerRound {
      let count = calls.receive(socket.descriptor, buffer)
      if count == 0 { return end(.finished) }
      if count < 0 {
        if count == -Int(Errno.interrupted) { continue }
        if count != -Int(Errno.again) { end(.failed(SystemError("recv", code: Int32(-count)))) }
        return
      }
      let lines = gatherer.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      let skipped = gatherer.takeSkipped()
      if skipped > 0 { _ = news.post(.skipped(skipped, at: Clock.wall), cost: MonitorEngine.noticeCost) }
      if !lines.isEmpty, !news.post(.lines(lines), cost: lines.count) { return }
      if count < buffer.count { return }
    }
  }

  private static let noticeCost = 128

  /// Sends what there is to say; a server that takes none of it is waited for.
  private func write() {
    while unsent.count > 0 {
      let result = unsent.withUnsent { calls.send(socket.descriptor, $0) }
      if result < 0 {
        if result == -Int(Errno.interrupted) { continue }
        // What a server that is gone has said is still to be read, and reading tells how it went.
        if result != -Int(Errno.again) { unsent.removeAll() }
        break
      }
      unsent.consume(result)
    }
    let wanted: Poller.Interest = unsent.count > 0 ? [.read, .write] : .read
    guard wanted != interest else { return }
    interest = wanted
    do throws(SystemError) {
      try poller.change(socket.descriptor, wanted, token: Token.socket, by: calls)
    } catch {
      end(.failed(error))
    }
  }

  private func end(_ end: MonitorEnd) {
    isOver = true
    _ = news.post(.ended(end), cost: MonitorEngine.noticeCost)
  }
}
