/// What a screen has to say about the last key, until the next one.
struct Notice: Hashable, Sendable {
  let text: String
  let isAlert: Bool

  init(_ text: String, isAlert: Bool = false) {
    self.text = text
    self.isAlert = isAlert
  }
}
