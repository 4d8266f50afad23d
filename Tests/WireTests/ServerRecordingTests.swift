import Dispatch
import TestKit
import Testing

@testable import Wire

/// What a recorder sees of a server, and what it holds back until the test says otherwise.
private final class FakeRecorder {
  let fixture: ServerFixture
  private let wakes = DispatchSemaphore(value: 0)
  private(set) var sequences: [UInt64] = []
  private(set) var last: ServerEvent?

  init(capacity: Int? = nil, withholds: Bool = true, _ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
    let wakes = wakes
    var recorder = Recorder(file: "messages.db", durability: "group", withholdsReceipts: withholds) { wakes.signal() }
    if let capacity { recorder.capacity = capacity }
    fixture = try ServerFixture(recorder: recorder, change)
  }

  /// Waits until the recorder has been given this message.
  func wait(for sequence: UInt64) throws {
    try wait("message \(sequence)") { sequences.last ?? 0 >= sequence }
  }

  func wait(_ what: String, until condition: () -> Bool) throws {
    let deadline = DispatchTime.now() + .seconds(Deadline.patience)
    take()
    while !condition() {
      guard wakes.wait(timeout: deadline) == .success else { throw ServerTestTimeout(what: what) }
      take()
    }
  }

  func take() {
    for event in fixture.server.records?.drain() ?? [] {
      last = event
      if case .messages(let batch) = event { sequences += batch.records.map(\.sequence) }
    }
  }

  func commit(upTo sequence: UInt64) { fixture.server.post(.recorded(upTo: sequence)) }

  func fail(after sequence: UInt64, endsProgram: Bool) {
    fixture.server.post(
      .recordingFailed(RecordingFailure(reason: "no space", lastSequence: sequence, endsProgram: endsProgram))
    )
  }

  func waitForStop() throws { try fixture.wait("stopped") { $0.stopped != nil } }
}

@Suite struct ServerRecordingTests {
  @Test("That it records is told at the start, and each new file, to the watcher and to the recorder")
  func steps() throws {
    let recorder = try FakeRecorder()
    try recorder.fixture.wait("recording") { $0.recordingSteps.count == 1 }
    #expect(recorder.fixture.order == ["listening", "recording"])
    recorder.fixture.server.post(.recordingRotated(number: 3))
    try recorder.fixture.wait("rotation") { $0.recordingSteps.count == 2 }
    #expect(
      recorder.fixture.recordingSteps == [
        RecordedStep(file: "messages.db", step: .started(durability: "group")),
        RecordedStep(file: "messages.db", step: .rotated(to: "messages.db.3")),
      ]
    )
    try recorder.wait("rotation") { if case .recording(_, .rotated, _)? = recorder.last { true } else { false } }
  }

  @Test("A watcher who wants no messages is told of all else in its order, and the recorder of all")
  func withoutMessages() throws {
    let recorder = try FakeRecorder(withholds: false) { $0.tellsMessages = false }
    let fixture = recorder.fixture
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send("a\n")
    #expect(try peer.receiveText(3) == "OK\n")
    try peer.send("b\nc\n")
    #expect(try peer.receiveText(6) == "OK\nOK\n")
    try recorder.wait(for: 3)
    fixture.server.post(.stop)
    try recorder.fixture.wait("stopping") { $0.stopping != nil }
    fixture.end()
    #expect(recorder.sequences == [1, 2, 3])
    #expect(fixture.messages.isEmpty && fixture.drops.isEmpty)
    #expect(fixture.order == ["listening", "recording", "connected", "stopping", "disconnected", "stopped"])
    #expect(fixture.stopped?.totals.traffic.messages == 3)
  }

  @Test("No receipt goes before its message is recorded, and then they go in the order of the messages")
  func withholding() throws {
    let recorder = try FakeRecorder { $0.reply = .echo }
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    try peer.send("one\n")
    try recorder.wait(for: 1)
    try peer.send("two\n")
    try recorder.wait(for: 2)
    try peer.send("three\n")
    try recorder.wait(for: 3)
    recorder.commit(upTo: 2)
    #expect(try peer.receiveText(8) == "one\ntwo\n")
    #expect(peer.hasNothing)
    recorder.commit(upTo: 3)
    #expect(try peer.receiveText(6) == "three\n")
  }

  @Test("A datagram is answered when it is recorded, from the address that it was sent to")
  func datagrams() throws {
    let recorder = try FakeRecorder {
      $0.transports = [.udp]
      $0.hosts = ["any"]
    }
    let peers = try [ServerPeer.udp(recorder.fixture.port), .udp(recorder.fixture.port, host: 0x7f00_0002)]
    for (index, peer) in peers.enumerated() {
      try peer.send("hello")
      try recorder.wait(for: UInt64(index + 1))
    }
    for peer in peers { #expect(peer.hasNothing) }
    recorder.commit(upTo: 2)
    for peer in peers { #expect(try peer.receiveDatagram() == Responder.datagramReceipt) }
    recorder.fixture.end()
    #expect(recorder.fixture.stopped?.totals.traffic.bytesSent == 8)
  }

  @Test("Over IPv6 too", .enabled(if: ServerPeer.hasVersion6))
  func datagrams6() throws {
    let recorder = try FakeRecorder { $0.transports = [.udp] }
    let peer = try ServerPeer.udp6(recorder.fixture.port)
    try peer.send("hello")
    try recorder.wait(for: 1)
    #expect(peer.hasNothing)
    recorder.commit(upTo: 1)
    #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
  }

  @Test("Without withholding, receipts go at once")
  func durabilityNone() throws {
    let recorder = try FakeRecorder(withholds: false)
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    try peer.send("hello\n")
    #expect(try peer.receiveText(3) == "OK\n")
    try recorder.wait(for: 1)
  }

  @Test("Withheld receipts count towards a connection's queue: it is not read from until they go")
  func backPressure() throws {
    let recorder = try FakeRecorder {
      $0.reply = .echo
      $0.limits.queuedBytes = 10_000
      $0.transports = [.tcp]
    }
    let line = [UInt8](repeating: 0x61, count: 999) + [0x0a]
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    let sent = try peer.sendUntilBlocked(line, limit: 128 << 20)
    #expect(sent < 128 << 20)
    recorder.take()
    #expect(recorder.sequences.count < 1000)
    let receiver = BackgroundThread { #expect((try? peer.receive(sent / 1000 * 1000).count) == sent / 1000 * 1000) }
    while recorder.sequences.count < sent / 1000 {
      let known = recorder.sequences.last ?? 0
      recorder.commit(upTo: known)
      try recorder.wait(for: known + 1)
    }
    recorder.commit(upTo: .max)
    receiver.join()
  }

  @Test("A recorder that takes nothing holds the wire in bounded memory, whatever the watcher does")
  func bound() throws {
    let recorder = try FakeRecorder(capacity: 1 << 20) {
      $0.reply = .none
      $0.transports = [.tcp]
    }
    let line = [UInt8](repeating: 0x61, count: 999) + [0x0a]
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    let sent = try peer.sendUntilBlocked(line, limit: 128 << 20)
    #expect(sent < 128 << 20)
    recorder.take()
    #expect(recorder.sequences.count <= 2200)
    try recorder.wait(for: UInt64(sent / 1000))
  }

  @Test("A peer that has said all it had to say gets its receipts when they are recorded, and is then closed")
  func halfClose() throws {
    let recorder = try FakeRecorder()
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    try peer.send("one\ntwo")
    peer.finishWriting()
    try recorder.wait(for: 2)
    #expect(recorder.fixture.disconnected.isEmpty)
    recorder.commit(upTo: 2)
    #expect(try peer.receiveToEnd() == Array("OK\nOK\n".utf8))
    try recorder.fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(recorder.fixture.disconnected[0].reason == .finished)
  }

  @Test("A peer that is gone before its messages are recorded takes nothing along", arguments: [Transport.tcp, .unix])
  func gonePeer(_ transport: Transport) throws {
    let folder = ServerFolder()
    let recorder = try FakeRecorder { $0.unixPath = folder.socket }
    let gone = try transport == .unix ? ServerPeer.unix(folder.socket) : ServerPeer.tcp(recorder.fixture.port)
    try gone.send("gone\n")
    try recorder.wait(for: 1)
    if transport == .unix { gone.close() } else { gone.reset() }
    try recorder.fixture.wait("disconnected") { $0.disconnected.count == 1 }
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    try peer.send("here\n")
    try recorder.wait(for: 2)
    #expect(peer.hasNothing)
    recorder.commit(upTo: 2)
    #expect(try peer.receiveText(3) == "OK\n")
  }

  @Test("The end waits until a stop message is recorded, and answers it", arguments: [Transport.tcp, .udp])
  func stopMessage(_ transport: Transport) throws {
    let recorder = try FakeRecorder { $0.transports = [transport] }
    let port = recorder.fixture.port
    let peer = try transport == .udp ? ServerPeer.udp(port) : ServerPeer.tcp(port)
    try peer.send(transport == .udp ? "." : ".\n")
    try recorder.wait(for: 1)
    #expect(peer.hasNothing)
    recorder.commit(upTo: 1)
    if transport == .udp {
      #expect(try peer.receiveDatagram() == [0x4f])
    } else {
      #expect(try peer.receiveToEnd() == Array("OK\n".utf8))
      peer.close()
    }
    try recorder.waitForStop()
    recorder.take()
    guard case .stopped? = recorder.last else {
      Issue.record("the recorder was not told of the end")
      return
    }
  }

  @Test("A recorder that says nothing at the end does not keep the server, which gives no receipt then")
  func silentRecorder() throws {
    let recorder = try FakeRecorder()
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    try peer.send("hello\n.\n")
    try recorder.wait(for: 2)
    #expect(try peer.receiveToEnd() == [])
    try recorder.waitForStop()
  }

  @Test(
    "When recording fails and is to stop, only what is recorded is answered, the end is told, and the rest is counted"
  )
  func failureStops() throws {
    let recorder = try FakeRecorder()
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    let finished = try ServerPeer.tcp(recorder.fixture.port)
    let datagram = try ServerPeer.udp(recorder.fixture.port)
    try peer.send("one\n")
    try recorder.wait(for: 1)
    try peer.send("two\n")
    try recorder.wait(for: 2)
    try finished.send("three\n")
    finished.finishWriting()
    try recorder.wait(for: 3)
    try datagram.send("four")
    try recorder.wait(for: 4)
    recorder.commit(upTo: 1)
    recorder.fail(after: 1, endsProgram: true)
    #expect(try finished.receiveToEnd() == [])
    #expect(try peer.receiveToEnd() == Array("OK\n".utf8))
    peer.close()
    try recorder.waitForStop()
    #expect(datagram.hasNothing)
    #expect(recorder.fixture.recordingFailures.map(\.reason) == ["no space"])
    #expect(recorder.fixture.stopping?.reason == .recordingFailed)
    #expect(recorder.fixture.stopped?.totals.unrecorded == 3)
  }

  @Test("When recording fails and the server goes on, that is told before the first receipt without a recording")
  func failureContinues() throws {
    let recorder = try FakeRecorder()
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    try peer.send("one\n")
    try recorder.wait(for: 1)
    recorder.fail(after: 0, endsProgram: false)
    #expect(try peer.receiveText(3) == "OK\n")
    recorder.fixture.take()
    #expect(recorder.fixture.recordingFailures.count == 1)
    try peer.send("two\n")
    #expect(try peer.receiveText(3) == "OK\n")
    recorder.fixture.end()
    #expect(recorder.fixture.stopping?.reason == .asked)
    #expect(recorder.fixture.stopped?.totals.unrecorded == 2)
  }

  @Test("A failure ends the holding of the wire by a recorder that is full")
  func failureWhileHeld() throws {
    let recorder = try FakeRecorder(capacity: 1) { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(recorder.fixture.port)
    try peer.send("one\n")
    recorder.fail(after: 0, endsProgram: false)
    #expect(try peer.receiveText(3) == "OK\n")
  }
}
