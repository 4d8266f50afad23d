/// A program that watches the server over the control socket.
final class ControlViewer {
  enum State {
    /// It has been greeted, and may ask for the story from somewhere on.
    case greeted
    /// It has asked for a message that is still to come.
    case waiting(AttachPoint)
    case attached(SpoolCursor)
    /// Nothing more is said to it but what waits to be sent.
    case leaving
  }

  /// The longest line that it may send, in bytes.
  static let lineLimit = 64 << 10
  /// Bytes that may wait for it before its requests wait, too.
  private static let queueLimit = 256 << 10

  let socket: Socket
  let token: UInt64
  var state = State.greeted
  var framer = Framer(.line, limit: ControlViewer.lineLimit)
  var output = SendBuffer()
  /// Whether it may say something more.
  var isListenedTo = true
  var interest: Poller.Interest = .read

  init(socket: consuming Socket, token: UInt64) {
    self.socket = socket
    self.token = token
  }

  var isLeaving: Bool { if case .leaving = state { true } else { false } }
  /// Whether it hears what the spool has, or will.
  var reads: Bool {
    switch state {
    case .waiting, .attached: true
    case .greeted, .leaving: false
    }
  }

  var mayAsk: Bool { isListenedTo && !isLeaving && output.count < ControlViewer.queueLimit }

  var wantedInterest: Poller.Interest {
    var interest: Poller.Interest = []
    if mayAsk { interest.insert(.read) }
    if output.count > 0 { interest.insert(.write) }
    return interest
  }

  /// What it may say more does not matter to a server that ends.
  func finish() {
    isListenedTo = false
    if case .greeted = state { state = .leaving }
  }
}
