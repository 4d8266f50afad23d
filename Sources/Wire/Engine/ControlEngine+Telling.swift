internal import CSystem

/// What viewers are told.
extension ControlEngine {
  /// Begins a viewer's story, unless what it asked for is still to come.
  func attach(_ viewer: ControlViewer, at point: AttachPoint) {
    guard let place = spool.place(at: point) else { return }
    if let missed = place.missed { say(.lost(missed, at: Clock.wall), to: viewer) }
    let record = ControlRecord.attached(
      first: place.cursor.nextMessage,
      place.totals,
      peers: place.peers,
      place.recording,
      at: Clock.wall
    )
    say(record, to: viewer)
    viewer.state = .attached(place.cursor)
  }

  /// Says nothing more to a viewer but what waits already.
  func leave(_ viewer: ControlViewer) {
    if viewer.reads { spool.addReaders(-1) }
    viewer.state = .leaving
  }

  /// Leaves the server's last word with the kernel, for a viewer that takes nothing for so long that it is not waited for: what
  /// it did not hear before is lost to it.
  func takeLeave(of viewer: ControlViewer) {
    text.removeAll(keepingCapacity: true)
    if case .attached(let cursor) = viewer.state, var last = spool.place(at: .message(.max))?.cursor,
      cursor.event <= last.event
    {
      let missed = cursor.missed(before: last)
      if missed != MissedEvents(messages: 0) { codec.append(.lost(missed, at: Clock.wall), &text) }
      if case .event(let event) = spool.read(&last, bytes: ControlEngine.turnBytes) {
        codec.append(.event(event), &text)
      }
    }
    _ = csystem_set_send_buffer(viewer.socket.descriptor, ControlEngine.lastBufferBytes)
    text.withUnsafeBytes { viewer.output.append($0) }
    flush(viewer)
  }

  /// Goes on with each viewer's story; whether there is more that could be told at once.
  func feedAll() -> Bool {
    var isBusy = false
    for viewer in viewers.values {
      if case .waiting(let point) = viewer.state { attach(viewer, at: point) }
      if feed(viewer) { isBusy = true }
      settle(viewer)
    }
    return isBusy
  }

  private func feed(_ viewer: ControlViewer) -> Bool {
    guard case .attached(var cursor) = viewer.state, viewer.output.count == 0 else { return false }
    text.removeAll(keepingCapacity: true)
    var isBusy = true
    var isOver = false
    while isBusy, text.count < ControlEngine.turnBytes {
      switch spool.read(&cursor, bytes: ControlEngine.turnBytes - text.count) {
      case .event(let event): codec.append(.event(event), &text)
      case .missed(let missed): codec.append(.lost(missed, at: Clock.wall), &text)
      case .nothing: isBusy = false
      case .over: (isBusy, isOver) = (false, true)
      }
    }
    viewer.state = .attached(cursor)
    sendText(to: viewer)
    if isOver { leave(viewer) }
    return isBusy && viewer.output.count == 0
  }

  func say(_ record: ControlRecord, to viewer: ControlViewer) {
    text.removeAll(keepingCapacity: true)
    codec.append(record, &text)
    sendText(to: viewer)
  }

  /// Sends what was made, behind what waits already.
  private func sendText(to viewer: ControlViewer) {
    text.withUnsafeBytes { bytes in
      let sent = viewer.output.count == 0 ? send(bytes, to: viewer) : 0
      if sent < bytes.count { viewer.output.append(UnsafeRawBufferPointer(rebasing: bytes[sent...])) }
    }
    // A message can be long.
    if text.capacity > 8 * ControlEngine.turnBytes { text = [] }
  }

  func flush(_ viewer: ControlViewer) {
    viewer.output.consume(viewer.output.withUnsent { $0.isEmpty ? 0 : send($0, to: viewer) })
  }

  private func send(_ bytes: UnsafeRawBufferPointer, to viewer: ControlViewer) -> Int {
    // Of a broken connection the poller tells.
    max(0, calls.send(viewer.socket.descriptor, bytes))
  }

  /// Takes leave of a viewer that has heard all, or waits for what it may say and take.
  func settle(_ viewer: ControlViewer) {
    if viewer.isLeaving, viewer.output.count == 0 { return remove(viewer) }
    let interest = viewer.wantedInterest
    guard interest != viewer.interest else { return }
    viewer.interest = interest
    do throws(SystemError) {
      try poller.change(viewer.socket.descriptor, interest, token: viewer.token, by: calls)
    } catch {
      remove(viewer)
    }
  }
}
