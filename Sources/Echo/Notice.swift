/// What a screen has to say about the last key, until the next one.
struct Notice: Hashable, Sendable {
  let text: String
  let isAlert: Bool

  init(_ text: String, isAlert: Bool = false) {
    self.text = text
    self.isAlert = isAlert
  }
}

extension Notice {
  /// What to know of a mouse that was turned on or off.
  static func mouse(isOn: Bool) -> Notice { Notice(isOn ? "mouse on: Shift selects text" : "mouse off") }
}
