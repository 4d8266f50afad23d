import Wire

/// What a server's news adds up to: totals, rates, who sent it, and how large and how fast answered it was.
struct ServerMeasures: Sendable {
  private(set) var totals = ServerTotals()
  private(set) var peers = PeerTable()
  private(set) var rates = RateWindow()
  private(set) var statistics = Statistics()

  mutating func advance(to time: Timestamp) { rates.advance(to: time.nanoseconds / 1_000_000_000) }

  mutating func count(_ news: ServerEvent) {
    switch news {
    case .messages(let batch): count(batch)
    case .connected(let peer, let time):
      totals.connections += 1
      peers.connect(peer, at: time)
    case .disconnected(let peer, let reason, _, _):
      totals.count(reason)
      peers.disconnect(peer)
    case .dropped(let drop, let time): count(drop, at: time)
    case .refused(let refusal, _):
      totals.refused += refusal.count
      if case .stops = refusal { totals.stopsRefused += refusal.count }
    case .stopped(var totals, _):
      totals.noticesDropped = self.totals.noticesDropped
      self.totals = totals
    case .listening, .failure, .recordingFailed, .stopping: break
    }
  }

  private mutating func count(_ batch: MessageBatch) {
    var bytes: UInt64 = 0
    var start = 0
    while start < batch.records.count {
      // Records of one peer come in runs: one look-up a run.
      let place = batch.records[start].peer
      var end = start
      var runBytes: UInt64 = 0
      var runFlags: MessageRecord.Flags = []
      while end < batch.records.count, batch.records[end].peer == place {
        runBytes &+= batch.records[end].wireCount
        runFlags.formUnion(batch.records[end].flags)
        end += 1
      }
      if !runFlags.isDisjoint(with: [.truncated, .partial]) {
        for record in batch.records[start..<end] { totals.count(record.flags) }
      }
      peers.receive(
        messages: UInt64(end - start),
        bytes: runBytes,
        from: batch.peers[Int(place)],
        at: batch.records[start].time
      )
      bytes &+= runBytes
      start = end
    }
    statistics.record(batch)
    let count = UInt64(batch.records.count)
    totals.traffic.messages += count
    totals.traffic.bytesReceived += bytes
    if let time = batch.records.last?.time {
      rates.add(messages: count, bytes: bytes, at: time.nanoseconds / 1_000_000_000)
    }
  }

  private mutating func count(_ drop: Drop, at time: Timestamp) {
    totals.noticesDropped += drop.notices
    switch drop.agent {
    case .kernel: totals.droppedByKernel += drop.count
    case .server:
      totals.droppedByServer += drop.count
      totals.traffic.messages += drop.count
      totals.traffic.bytesReceived += drop.bytes
      rates.add(messages: drop.count, bytes: drop.bytes, at: time.nanoseconds / 1_000_000_000)
    }
  }
}
