/// What a recording says of an event that is no message.
package struct EventDescription: Sendable {
  /// The words that a list shows.
  package var notice: String
  /// Whether something went wrong.
  package var isAlert: Bool
  /// The line of JSON output.
  package var json: String

  package init(notice: String, isAlert: Bool, json: String) {
    self.notice = notice
    self.isAlert = isAlert
    self.json = json
  }
}
