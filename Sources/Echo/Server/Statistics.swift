import Wire

/// How large the messages are that were received, and how long their receipts took.
struct Statistics: Sendable {
  /// Bytes on the wire.
  private(set) var sizes = Distribution()
  /// Nanoseconds, of the receipts that the kernel took at once.
  private(set) var replyTimes = Distribution()

  /// Counts a batch; messages in a row that are alike are counted together.
  mutating func record(_ batch: MessageBatch) {
    batch.records.withUnsafeBufferPointer { records in
      var start = 0
      while start < records.count {
        let first = records[start]
        var end = start + 1
        while end < records.count, records[end].wireCount == first.wireCount,
          records[end].replyTime == first.replyTime
        {
          end += 1
        }
        let count = UInt64(end - start)
        sizes.record(first.wireCount, count: count)
        if let time = first.replyTime.nanoseconds { replyTimes.record(UInt64(time), count: count) }
        start = end
      }
    }
  }
}
