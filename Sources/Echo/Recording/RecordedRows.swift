package import Wire

/// The rows of a recording, which are read when they are looked at.
///
/// A row's id is its number in the file less one. Nothing here fails: what can't be read is left out, and told of once.
package protocol RecordedRows: Sendable {
  /// How what stands in it was cut into messages.
  var framing: Framing { get }
  /// The runs that it has, as of the last refresh.
  var runCount: Int { get }
  /// The id of the first row that there is, as of the last refresh.
  var firstID: UInt64 { get }
  /// How many times the file was read from.
  var readCount: Int { get }

  /// Looks for what was recorded since; gives the id after the last row.
  func refresh() -> UInt64

  /// The page that an id is in: that row and such as follow it; one without ids where it can't be read yet.
  func page(from id: UInt64) -> RecordedPage

  /// The page that an id is in: that row and such as stand before it.
  func page(upTo id: UInt64) -> RecordedPage

  /// Gives `body` the rows of `ids` as `RowLog.scan` does, and keeps none of them; it may end before any of them, where
  /// a page has to tell what there is.
  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64

  /// The id of the message of that number in the run that a row is of; nil if there is none.
  func id(ofMessage number: UInt64, inRunOf id: UInt64) -> UInt64?

  /// The run that a row is of, and the ids of its rows; nil where that can't be read.
  func run(of id: UInt64) -> (run: ExportedRun, ids: Range<UInt64>)?

  /// An event's line of JSON as it stands in the file, of which no byte is trusted.
  func line(of id: UInt64) -> [UInt8]

  /// Why something could not be read, if that is news.
  func takeFailure() -> String?
}
