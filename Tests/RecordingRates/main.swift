// How fast recordings are read: docs/recording.md has its figures.
//
// usage: recording_rates FILE [MESSAGES]    (records so many messages of 100 bytes first: one in a thousand has `error`, only
// the first one of all `needle`, and only the last one `thread`)
import Journal
import Wire

func fail(_ message: String) -> Never { fatalError("recording_rates: \(message)") }

/// Messages as a server tells of them, in runs that are small enough to be held.
func record(_ count: Int, to path: String) throws {
  let runCount = 100_000
  var settings = RecordingSettings(path: path)
  settings.durability = .none
  let origin = RecordingOrigin(program: "recording_rates", version: "1", framing: "line", reply: "ok")
  for start in stride(from: 0, to: count, by: runCount) {
    let journal = try Journal(settings, origin: origin)
    let scribe = ServerScribe { _ in EventDescription(notice: "", isAlert: false, json: "") }
    let records = Mailbox<ServerEvent>(capacity: .max, wakeReader: {})
    _ = records.post(.listening([.tcp(host: "127.0.0.1", port: 5000)]), cost: 0)
    let part = batch(min(runCount, count - start), isFirst: start == 0, isLast: start + runCount >= count)
    _ = records.post(.messages(part), cost: 0)
    let bell = try Bell()
    bell.close()
    if let failure = journal.run(records, by: scribe, bell: bell, endsProgram: true) { fail(failure.reason) }
  }
}

func batch(_ count: Int, isFirst: Bool, isLast: Bool) -> MessageBatch {
  var batch = MessageBatch()
  let address = SocketAddress.ipv4(127, 0, 0, 1, port: 50_000)
  batch.peers = [Peer(connection: ConnectionID(1), transport: .tcp, address: address)]
  for number in 1...count {
    batch.records.append(
      MessageRecord(
        sequence: UInt64(number),
        time: Timestamp(nanoseconds: Int64(number) * 1000),
        wireCount: 101,
        offset: UInt32(batch.bytes.count),
        count: 100,
        peer: 0,
        flags: .answered
      )
    )
    var words = number % 1000 == 0 ? "error \(number) " : ""
    if isFirst, number == 1 { words = "needle " }
    if isLast, number == count { words = "thread " }
    batch.bytes += words.utf8
    batch.bytes += repeatElement(0x61, count: 100 - words.utf8.count)
  }
  return batch
}

func read(_ path: String) throws {
  let clock = ContinuousClock()
  let opened = clock.now
  var reader = try RecordingReader(path: path)
  print("opened in \(clock.now - opened): \(reader.rows.count) rows, \(reader.runs.count) runs")
  for reversed in [false, true] {
    var bytes = 0
    let begun = clock.now
    try reader.scan(reader.rows, reversed: reversed) { _, payload in
      bytes += payload.count
      return true
    }
    let seconds = (clock.now - begun) / .seconds(1)
    print("\(reversed ? "backward" : "forward"): \(Int(Double(reader.rows.count) / seconds)) rows/s, \(bytes) bytes")
  }
  let searches = 1000
  let begun = clock.now
  for _ in 1...searches {
    _ = try reader.row(ofSequence: .random(in: 1...100_000), run: .random(in: 1...Int64(max(1, reader.runs.count))))
  }
  print("a message by its number: \((clock.now - begun) / searches)")
}

let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 3, let count = arguments.count == 3 ? Int(arguments[2]) : 0 else {
  fail("usage: recording_rates FILE [MESSAGES]")
}
if count > 0 { try record(count, to: arguments[1]) }
try read(arguments[1])
