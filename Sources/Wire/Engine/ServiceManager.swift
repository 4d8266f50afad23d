internal import CSystem

/// Whoever started this process as a service and wants to know how it is (sd_notify(3)).
package final class ServiceManager {
  private let socket: Socket

  /// Connects at once, for later it may not be allowed any more; `name` is that of a Unix datagram socket, or of an abstract
  /// one after an at sign.
  package init(name: String) throws(SystemError) {
    let descriptor = csystem_connect_notice(name)
    guard descriptor >= 0 else { throw SystemError("connect", code: -descriptor) }
    socket = Socket(owning: descriptor)
  }

  /// Tells that peers may come, and, in words, where to.
  package func tellReady(_ status: String) { tell("READY=1\nSTATUS=\(status)") }

  package func tellStopping() { tell("STOPPING=1") }

  private func tell(_ text: String) {
    var text = text
    // A manager that does not listen is no reason to fail.
    text.withUTF8 { _ = csystem_send(socket.descriptor, $0.baseAddress, $0.count) }
  }
}
