/// Why nothing could be measured.
struct Failure: Error {
  let text: String

  init(_ text: String) { self.text = text }
}
