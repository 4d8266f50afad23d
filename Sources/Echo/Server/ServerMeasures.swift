import Wire

/// What a server's news adds up to: totals, rates, who sent it, and how large and how fast answered it was.
struct ServerMeasures: Sendable {
  private(set) var totals = ServerTotals()
  private(set) var peers = PeerTable()
  private(set) var rates = RateWindow()
  private(set) var statistics = Statistics()
  /// What comes may have happened long ago.
  private let recalls: Bool

  init(recalls: Bool = false) { self.recalls = recalls }

  mutating func advance(to time: Timestamp) { rates.advance(to: time.nanoseconds / 1_000_000_000) }

  /// Takes over what the server itself has counted; what this view was not shown is its own affair.
  mutating func adopt(_ totals: ServerTotals) {
    let own = self.totals
    self.totals = totals
    self.totals.droppedByServer = own.droppedByServer
    self.totals.noticesDropped = own.noticesDropped
  }

  /// Takes over what was counted before the first news, and how many peers were connected.
  mutating func adopt(_ totals: ServerTotals, peers: UInt64) {
    adopt(totals)
    self.peers.expect(peers)
  }

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
      totals.refused &+= refusal.count
      if case .stops = refusal { totals.stopsRefused &+= refusal.count }
    case .stopped(var totals, _):
      totals.noticesDropped = self.totals.noticesDropped
      self.totals = totals
    case .listening, .failure, .recording, .recordingFailed, .stopping: break
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
      var isOrdinary = true
      while end < batch.records.count, batch.records[end].peer == place {
        runBytes &+= batch.records[end].wireCount
        isOrdinary = isOrdinary && batch.records[end].isOrdinary
        end += 1
      }
      if !isOrdinary {
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
    totals.traffic.messages &+= count
    totals.traffic.bytesReceived &+= bytes
    if recalls {
      recall(batch)
    } else if let time = batch.records.last?.time {
      rates.add(messages: count, bytes: bytes, at: time.nanoseconds / 1_000_000_000)
    }
  }

  /// Counts each message in the second in which it came.
  private mutating func recall(_ batch: MessageBatch) {
    var start = 0
    while start < batch.records.count {
      let second = batch.records[start].time.nanoseconds / 1_000_000_000
      var end = start
      var bytes: UInt64 = 0
      while end < batch.records.count, batch.records[end].time.nanoseconds / 1_000_000_000 == second {
        bytes &+= batch.records[end].wireCount
        end += 1
      }
      rates.recall(messages: UInt64(end - start), bytes: bytes, at: second)
      start = end
    }
  }

  private mutating func count(_ drop: Drop, at time: Timestamp) {
    totals.noticesDropped &+= drop.notices
    switch drop.agent {
    case .kernel: totals.droppedByKernel &+= drop.count
    case .server:
      totals.droppedByServer &+= drop.count
      totals.traffic.messages &+= drop.count
      totals.traffic.bytesReceived &+= drop.bytes
      let second = time.nanoseconds / 1_000_000_000
      if recalls {
        rates.recall(messages: drop.count, bytes: drop.bytes, at: second)
      } else {
        rates.add(messages: drop.count, bytes: drop.bytes, at: second)
      }
    }
  }
}
