import Dispatch
import Glibc
import TestKit
import Testing

@testable import Wire

/// The monitor's side of a control socket, against a scripted server.
@Suite struct WireMonitorTests {
  /// A monitor, and all that it brought.
  private final class Watcher {
    let wire: WireMonitor
    private let wakes: DispatchSemaphore
    private(set) var text: [UInt8] = []
    private(set) var skipped: UInt64 = 0
    private(set) var end: MonitorEnd?

    init(_ path: String, newsCapacity: Int = WireMonitor.newsCapacity, lineLimit: Int = MonitorEngine.lineLimit) throws
    {
      let wakes = DispatchSemaphore(value: 0)
      self.wakes = wakes
      wire = try WireMonitor.start(path: path, newsCapacity: newsCapacity, lineLimit: lineLimit) { wakes.signal() }
    }

    func wait(_ what: String, until condition: (Watcher) -> Bool) throws {
      while true {
        for news in wire.news.drain() {
          switch news {
          case .lines(let lines): text += lines
          case .skipped(let count, _): skipped += count
          case .ended(let end): self.end = end
          }
        }
        if condition(self) { return }
        guard wakes.wait(timeout: .now() + .seconds(Deadline.patience)) == .success else {
          throw ServerTestTimeout(what: what)
        }
      }
    }
  }

  private let folder: TemporaryDirectory
  private let listener: SocketPeer
  private var path: String { "\(folder.path)/5000.sock" }

  init() throws {
    folder = try TemporaryDirectory()
    listener = try SocketPeer.unixServer("\(folder.path)/5000.sock")
  }

  @Test("Whole lines come, words go, and the server's end is told last")
  func exchange() throws {
    let watcher = try Watcher(path)
    let server = try listener.accept()
    try server.send("one\ntw")
    try watcher.wait("a line") { $0.text == Array("one\n".utf8) }
    watcher.wire.post(.send(Array("{\"attach\":\"now\"}\n".utf8)))
    #expect(try server.receiveLine() == "{\"attach\":\"now\"}")
    try server.send("o\nthree\nfour")
    server.finish()
    try watcher.wait("the end") { $0.end != nil }
    #expect(watcher.end == .finished)
    #expect(watcher.text == Array("one\ntwo\nthree\n".utf8))
  }

  @Test("A monitor that is let go closes its connection")
  func letGo() throws {
    var watcher: Watcher? = try Watcher(path)
    let server = try listener.accept()
    try server.send("one\n")
    try watcher?.wait("a line") { !$0.text.isEmpty }
    watcher = nil
    #expect(try server.receiveToEnd() == "")
  }

  @Test("A server that goes with words unread breaks the connection")
  func broken() throws {
    let watcher = try Watcher(path)
    do {
      let server = try listener.accept()
      watcher.wire.post(.send(Array("words\n".utf8)))
      #expect(try server.receive(exactly: 1) == "w")
    }
    try watcher.wait("the end") { $0.end != nil }
    #expect(watcher.end == .failed(SystemError("recv", code: Errno.connectionReset)))
  }

  @Test("While nobody takes the news nothing is read, and afterwards nothing is missing")
  func backPressure() throws {
    let watcher = try Watcher(path, newsCapacity: 1000)
    let server = try listener.accept()
    let count = 20_000
    let sender = BackgroundThread {
      try? server.send((1...count).map { "line \($0) \(String(repeating: "x", count: 200))\n" }.joined())
      server.finish()
    }
    // Words go all the same.
    watcher.wire.post(.send(Array("words\n".utf8)))
    #expect(try server.receiveLine() == "words")
    try watcher.wait("the end") { $0.end != nil }
    sender.join()
    #expect(watcher.text.count { $0 == 0x0A } == count)
    #expect(watcher.end == .finished)
  }

  @Test("A line without an end takes no memory and is counted; the next one comes")
  func overlong() throws {
    let watcher = try Watcher(path, lineLimit: 100_000)
    let server = try listener.accept()
    let sender = BackgroundThread {
      for _ in 0..<100 { try? server.send([UInt8](repeating: 0x78, count: 100_000)) }
      try? server.send("\nnext\n")
    }
    try watcher.wait("the next line") { !$0.text.isEmpty }
    sender.join()
    #expect(watcher.text == Array("next\n".utf8) && watcher.skipped == 1)
  }

  @Test("Where nobody listens, and where there is no socket, it says why")
  func nobody() throws {
    let gone = "\(folder.path)/gone.sock"
    do { _ = try SocketPeer.unixServer(gone) }
    for (path, code) in [
      (gone, Errno.connectionRefused), ("\(folder.path)/none.sock", Errno.noEntry),
      ("/etc/passwd", Errno.connectionRefused),
    ] {
      #expect(throws: WireError.cannotConnect(.unix(path: path), SystemError("connect", code: code))) {
        try WireMonitor.start(path: path) {}
      }
    }
  }
}

extension WireMonitorTests {
  @Test(
    "Nobody but the same user and root is watched where only they are to be",
    arguments: [nil, 0, 12_345] as [UInt32?]
  )
  func user(_ user: UInt32?) throws {
    var calls = SystemCalls.kernel
    calls.peerUser = { _ in user }
    let start = { try WireMonitor.start(path: self.path, isOwn: true, calls: calls) {} }
    if user == 0 {
      _ = try start()
    } else {
      #expect(throws: WireError.foreignServer(path: path, user: user)) { try start() }
    }
    _ = try WireMonitor.start(path: path, calls: calls) {}
  }
}

/// The folder of control sockets.
@Suite struct ControlFolderTests {
  @Test("It is in the user's runtime folder, where that has an absolute path")
  func place() {
    #expect(ControlFolder.standard(runtimeDirectory: "/run/user/7").path == "/run/user/7/echo")
    for relative in [nil, "run"] {
      let path = ControlFolder.standard(runtimeDirectory: relative).path
      #expect(["/run/user/\(geteuid())/echo", "/tmp/echo-\(geteuid())"].contains(path))
    }
    #expect(ControlFolder(path: "/x").socketPath(of: "5000") == "/x/5000.sock")
  }

  @Test("Its sockets are listed by their names; without it there are none; open to others it is refused")
  func names() throws {
    let folder = try TemporaryDirectory()
    let control = ControlFolder(path: "\(folder.path)/echo")
    #expect(try control.names() == [])
    #expect(mkdir(control.path, 0o700) == 0)
    for name in ["5001.sock", "5000.sock", "5000-77.sock", "other", ".sock.old"] {
      _ = try SocketPeer.unixServer("\(control.path)/\(name)")
    }
    #expect(try control.names() == ["5000", "5000-77", "5001"])
    for mode in [0o770, 0o701, 0o711] as [mode_t] {
      #expect(chmod(control.path, mode) == 0)
      #expect(throws: ControlFolder.Problem.isUnsafe) { try control.names() }
    }
    #expect(throws: ControlFolder.Problem.self) { try ControlFolder(path: "/etc/passwd").names() }
  }
}
