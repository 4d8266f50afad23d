import Dispatch
import Glibc
import TestKit
import Testing

@testable import Wire

/// Something that should have happened long ago did not.
struct ServerTestTimeout: Error {
  var what: String
}

/// A message as its watcher has it.
struct WatchedMessage {
  var record: MessageRecord
  var peer: Peer
  var payload: [UInt8]

  var text: String { String(decoding: payload, as: UTF8.self) }
}

/// What its watcher was told of a recording.
struct RecordedStep: Hashable {
  var file: String
  var step: RecordingStep
}

/// A running server, and all that it has told so far.
///
/// Stopped when the test lets go of it.
final class ServerFixture {
  let server: WireServer
  private let wakes = DispatchSemaphore(value: 0)

  private(set) var endpoints: [Endpoint] = []
  private(set) var messages: [WatchedMessage] = []
  private(set) var connected: [Peer] = []
  private(set) var disconnected: [(peer: Peer, reason: DisconnectReason, traffic: Traffic)] = []
  private(set) var drops: [Drop] = []
  private(set) var refusals: [Refusal] = []
  private(set) var failures: [SystemError] = []
  private(set) var recordingSteps: [RecordedStep] = []
  private(set) var recordingFailures: [RecordingFailure] = []
  private(set) var stopping: (reason: StopReason, at: Timestamp)?
  private(set) var stopped: (totals: ServerTotals, at: Timestamp)?
  /// The names of the events in their order, messages left out.
  private(set) var order: [String] = []

  init(
    _ configuration: ServerConfiguration = ServerConfiguration(port: 0),
    calls: SystemCalls = .kernel,
    eventCapacity: Int = WireServer.eventCapacity,
    recorder: Recorder? = nil,
    control: ControlConfiguration? = nil,
    rightOfWay: RightOfWay = RightOfWay()
  ) throws {
    let wakes = wakes
    server = try WireServer.start(
      configuration,
      calls: calls,
      eventCapacity: eventCapacity,
      recorder: recorder,
      control: control,
      rightOfWay: rightOfWay
    ) { wakes.signal() }
    try wait("listening") { !$0.endpoints.isEmpty }
  }

  convenience init(
    calls: SystemCalls = .kernel,
    eventCapacity: Int = WireServer.eventCapacity,
    recorder: Recorder? = nil,
    control: ControlConfiguration? = nil,
    _ change: (inout ServerConfiguration) -> Void
  ) throws {
    var configuration = ServerConfiguration(port: 0)
    change(&configuration)
    try self.init(
      configuration,
      calls: calls,
      eventCapacity: eventCapacity,
      recorder: recorder,
      control: control
    )
  }

  deinit { end() }

  /// Ends the server at once, whatever it is about, and takes its last events.
  func end() {
    guard stopped == nil else { return server.join() }
    server.post(.stop)
    server.post(.stop)
    server.join()
    take()
  }

  var port: UInt16 {
    for case .tcp(_, let port) in endpoints { return port }
    for case .udp(_, let port) in endpoints { return port }
    return 0
  }

  /// Waits until what has been told satisfies `condition`.
  func wait(_ what: String, until condition: (ServerFixture) -> Bool) throws {
    let deadline = DispatchTime.now() + .seconds(Deadline.patience)
    take()
    while !condition(self) {
      guard wakes.wait(timeout: deadline) == .success else { throw ServerTestTimeout(what: what) }
      take()
    }
  }

  /// Takes what the server has told; returns the bytes of messages that came with it.
  @discardableResult
  func take() -> Int {
    let before = messages.count
    for event in server.events.drain() { note(event) }
    return messages[before...].reduce(0) { $0 + $1.payload.count }
  }

  private func note(_ event: ServerEvent) {
    switch event {
    case .messages(let batch):
      for record in batch.records {
        messages.append(
          WatchedMessage(record: record, peer: batch.peer(of: record), payload: Array(batch.payload(of: record)))
        )
      }
      return
    case .listening(let endpoints): self.endpoints = endpoints
    case .connected(let peer, _): connected.append(peer)
    case .disconnected(let peer, let reason, let traffic, _): disconnected.append((peer, reason, traffic))
    case .dropped(let drop, _): drops.append(drop)
    case .refused(let refusal, _): refusals.append(refusal)
    case .failure(let error, _, _): failures.append(error)
    case .recording(let file, let step, _): recordingSteps.append(RecordedStep(file: file, step: step))
    case .recordingFailed(let failure, _): recordingFailures.append(failure)
    case .stopping(let reason, let time): stopping = (reason, time)
    case .stopped(let totals, let time): stopped = (totals, time)
    }
    order.append(String("\(event)".prefix { $0 != "(" }))
  }

  var wireBytes: UInt64 { messages.reduce(0) { $0 + $1.record.wireCount } }
}

/// A folder that nobody else uses, removed with all that is in it.
final class ServerFolder {
  let path: String

  init() {
    var template = Array("/tmp/wire-tests-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  deinit {
    for name in ["socket", "file"] { unlink(path + "/" + name) }
    rmdir(path)
  }

  var socket: String { path + "/socket" }
}
