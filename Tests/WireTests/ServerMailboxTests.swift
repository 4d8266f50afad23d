import Synchronization
import TestKit
import Testing

@testable import Wire

/// Counts calls from any thread.
private final class Counter: Sendable {
  private let value = Atomic(0)
  var count: Int { value.load(ordering: .sequentiallyConsistent) }
  func add() { value.add(1, ordering: .sequentiallyConsistent) }
}

@Suite struct ServerMailboxTests {
  @Test("A batch weighs what its peers take, too: of datagrams each may have another")
  func weight() {
    var builder = BatchBuilder()
    for port in 1...1000 as ClosedRange<UInt16> {
      let address = SocketAddress.ipv4(10, 0, 0, 1, port: port)
      let place = builder.place(of: Peer(connection: .none, transport: .udp, address: address))
      builder.append(
        offset: 0,
        count: 0,
        wireCount: 0,
        flags: [],
        peer: place,
        time: Timestamp(nanoseconds: 0)
      )
    }
    #expect(builder.cost == 1000 * (MemoryLayout<MessageRecord>.stride + MemoryLayout<Peer>.stride))
  }

  @Test("The reader is woken only when the mailbox was empty")
  func edge() {
    let wakes = Counter()
    let mailbox = Mailbox<Int>(capacity: 100, wakeReader: { wakes.add() })
    #expect(mailbox.drain() == [])
    #expect(mailbox.post(1, cost: 1))
    #expect(wakes.count == 1)
    #expect(mailbox.post(2, cost: 1) && mailbox.offer(3, cost: 1))
    #expect(wakes.count == 1)
    #expect(mailbox.drain() == [1, 2, 3])
    #expect(mailbox.offer(4, cost: 1))
    #expect(wakes.count == 2)
    #expect(mailbox.drain() == [4])
  }

  @Test("Who posts several at once wakes the reader after them, and only if it has not taken them")
  func gathered() {
    let wakes = Counter()
    let mailbox = Mailbox<Int>(capacity: 100, wakeReader: { wakes.add() })
    #expect(mailbox.post(1, cost: 1, wakes: false) && mailbox.offer(2, cost: 1, wakes: false))
    #expect(wakes.count == 0)
    mailbox.wake()
    mailbox.wake()
    #expect(mailbox.post(3, cost: 1))
    #expect(wakes.count == 1)
    #expect(mailbox.drain() == [1, 2, 3])
    mailbox.wake()
    #expect(mailbox.post(4, cost: 1, wakes: false))
    #expect(wakes.count == 1)
    #expect(mailbox.post(5, cost: 1))
    #expect(wakes.count == 2)
  }

  @Test("A full mailbox takes no offer; a post it takes, and says that it is full")
  func bound() {
    let mailbox = Mailbox<Int>(capacity: 10, wakeReader: {})
    #expect(mailbox.offer(1, cost: 9))
    #expect(mailbox.hasRoom)
    #expect(mailbox.offer(2, cost: 5))
    #expect(!mailbox.hasRoom)
    #expect(!mailbox.offer(3, cost: 1))
    #expect(mailbox.offer(6, cost: 1, reserve: 5))
    #expect(!mailbox.offer(7, cost: 1, reserve: 5))
    #expect(!mailbox.post(4, cost: 1))
    #expect(mailbox.drain() == [1, 2, 6, 4])
    #expect(mailbox.hasRoom)
    #expect(!mailbox.post(5, cost: 10))
    #expect(mailbox.drain() == [5])
  }

  @Test("The poster is woken after a drain only if it found the mailbox full", arguments: ["post", "offer", "hasRoom"])
  func poster(how: String) {
    let wakes = Counter()
    let mailbox = Mailbox<Int>(capacity: 2, wakeReader: {}, wakePoster: { wakes.add() })
    #expect(mailbox.post(1, cost: 1))
    _ = mailbox.drain()
    #expect(wakes.count == 0)
    #expect(mailbox.offer(1, cost: 2))
    switch how {
    case "post": #expect(!mailbox.post(2, cost: 1))
    case "offer": #expect(!mailbox.offer(2, cost: 1))
    default: #expect(!mailbox.hasRoom)
    }
    _ = mailbox.drain()
    #expect(wakes.count == 1)
    _ = mailbox.drain()
    #expect(wakes.count == 1)
  }

  @Test("Posting from several threads loses nothing, keeps each thread's order, and wakes for everything")
  func concurrent() {
    let wakes = Counter()
    let mailbox = Mailbox<(Int, Int)>(capacity: .max, wakeReader: { wakes.add() })
    let posters = (0..<4).map { number in
      BackgroundThread { for index in 0..<5000 { _ = mailbox.post((number, index), cost: 1) } }
    }
    var next = [0, 0, 0, 0]
    var drains = 0
    var taken = 0
    while taken < 20_000 {
      let elements = mailbox.drain()
      if !elements.isEmpty { drains += 1 }
      for (number, index) in elements {
        #expect(index == next[number])
        next[number] = index + 1
      }
      taken += elements.count
    }
    for poster in posters { poster.join() }
    #expect(next == [5000, 5000, 5000, 5000])
    #expect(mailbox.drain().isEmpty)
    #expect(wakes.count == drains)
  }

  @Test("An outgoing batch frames its messages for the transport and keeps their numbers")
  func outgoing() throws {
    var batch = OutgoingBatch(framing: .line, transport: .tcp)
    #expect(batch.isEmpty)
    try batch.append(Array("ab".utf8), id: 7, expectsReceipt: true)
    try batch.append([UInt8](), id: 8, expectsReceipt: false)
    #expect(throws: FramingError.containsDelimiter(0x0a)) {
      try batch.append([0x63, 0x0a], id: 9, expectsReceipt: true)
    }
    #expect(batch.bytes == Array("ab\n\n".utf8))
    #expect(batch.messages.map(\.id) == [7, 8])
    #expect(batch.messages.map(\.wireCount) == [3, 1])
    #expect(batch.messages.map(\.expectsReceipt) == [true, false])
  }

  @Test("No receipt is awaited for a datagram that no server of ours answers")
  func unanswerable() throws {
    var batch = OutgoingBatch(framing: .line, transport: .udp)
    for (id, text) in ["", "O", "OK", "OK\0\0", "OK!", "hello"].enumerated() {
      try batch.append(Array(text.utf8), id: UInt64(id), expectsReceipt: true)
    }
    #expect(batch.messages.map(\.expectsReceipt) == [false, false, false, false, true, true])
    var fixed = OutgoingBatch(framing: .fixed(16), transport: .udp)
    try fixed.append(Array("OK".utf8), id: 1, expectsReceipt: true)
    #expect(fixed.bytes.count == 16 && fixed.messages[0].expectsReceipt)
  }

  @Test("Reads that finish no message leave nothing behind in a batch")
  func forgottenPeers() {
    var builder = BatchBuilder()
    let peers = [UInt16(1), 2].map {
      Peer(connection: .none, transport: .udp, address: .ipv4(127, 0, 0, 1, port: $0))
    }
    #expect(peers.map { builder.place(of: $0) } == [0, 1])
    #expect(builder.place(of: peers[1]) == 1)
    builder.forgetPeers()
    #expect(builder.batch.peers.isEmpty)
    let time = Timestamp(nanoseconds: 0)
    for peer in peers {
      let place = builder.place(of: peer)
      builder.append(offset: 0, count: 0, wireCount: 2, flags: [], peer: place, time: time)
    }
    #expect(builder.wireCount == 4)
    let batch = builder.take()
    #expect(batch.records.map(\.sequence) == [1, 2])
    #expect(batch.records.map { batch.peer(of: $0) } == peers)
    #expect(builder.batch.isEmpty && builder.wireCount == 0)
  }
}
