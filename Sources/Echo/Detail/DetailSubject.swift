/// What a detail pane shows: one message or event, and what its owner has to say of it.
struct DetailSubject: Sendable {
  /// Names it among its like; a subject with another id starts at its top.
  var id: UInt64
  /// For the pane's rule, the most important first: `#1281`, `127.0.0.1:50172`, `31B in 1 read`.
  var titleFields: [String]
  /// The bytes kept.
  var bytes: ArraySlice<UInt8>
  /// How many of the bytes are shown as text, from the first: without a line's CR, or what pads a datagram.
  var shownCount: Int
  /// Bytes that came and were not kept.
  var lostCount: UInt64
  /// Whether the bytes are words of our own, of which nobody wants the digits.
  var isProse: Bool
  /// For the line below, after the counts: `dt -0.450s`.
  var notes: [String]

  init(
    id: UInt64,
    titleFields: [String],
    bytes: ArraySlice<UInt8>,
    shownCount: Int? = nil,
    lostCount: UInt64 = 0,
    isProse: Bool = false,
    notes: [String] = []
  ) {
    self.id = id
    self.titleFields = titleFields
    self.bytes = bytes
    self.shownCount = min(max(0, shownCount ?? bytes.count), bytes.count)
    self.lostCount = lostCount
    self.isProse = isProse
    self.notes = notes
  }
}
