/// What viewers say.
extension ControlEngine {
  func receive(from viewer: ControlViewer) {
    for _ in 0..<ControlEngine.readsPerEvent where viewer.mayAsk {
      let count = calls.receive(viewer.socket.descriptor, readBuffer)
      if count == -Int(Errno.again) || count == -Int(Errno.interrupted) { return }
      guard count > 0 else {
        viewer.isListenedTo = false
        if let frame = viewer.framer.finish() {
          take(frame, UnsafeRawBufferPointer(start: nil, count: 0), from: viewer)
        }
        // It will never ask for more.
        if case .greeted = viewer.state { leave(viewer) }
        return
      }
      take(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]), from: viewer)
    }
  }

  private func take(_ input: UnsafeRawBufferPointer, from viewer: ControlViewer) {
    var position = 0
    while !viewer.isLeaving, let frame = viewer.framer.next(in: input, from: &position) {
      take(frame, input, from: viewer)
    }
    if viewer.framer.pendingCount > ControlViewer.lineLimit { endTooLong(viewer) }
  }

  private func take(_ frame: Frame, _ input: UnsafeRawBufferPointer, from viewer: ControlViewer) {
    if frame.isTruncated { return endTooLong(viewer) }
    var request: Result<ControlRequest, ControlRefusal>?
    viewer.framer.withPayload(of: frame, in: input) { if !$0.isEmpty { request = codec.read($0) } }
    switch request {
    case nil: break
    case .failure(let refusal): say(.refused(refusal), to: viewer)
    case .success(let request):
      do throws(ControlRefusal) { try obey(request, of: viewer) } catch { say(.refused(error), to: viewer) }
    }
  }

  private func endTooLong(_ viewer: ControlViewer) {
    guard !viewer.isLeaving else { return }
    say(.refused(.tooLong(limit: ControlViewer.lineLimit)), to: viewer)
    leave(viewer)
  }

  private func obey(_ request: ControlRequest, of viewer: ControlViewer) throws(ControlRefusal) {
    switch request {
    case .attach(let point):
      guard case .greeted = viewer.state else { throw .alreadyAttached }
      viewer.state = .waiting(point)
      spool.addReaders(1)
      attach(viewer, at: point)
    case .stop:
      _ = commands.post(.stop, cost: 0)
      say(.done(request), to: viewer)
    case .disconnect(let connection):
      guard spool.isOpen(connection) else { throw .noSuchConnection(connection) }
      _ = commands.post(.disconnect(connection), cost: 0)
      say(.done(request), to: viewer)
    }
  }
}
