import Screen

/// A line at the bottom of a screen that asks for text: a search, a filter, a command.
struct Prompt: Hashable, Sendable {
  enum Outcome: Hashable {
    case editing, cancelled
    case submitted(String)
  }

  /// What stands before the text.
  let sign: String
  private(set) var line: InputLine
  private(set) var history: MessageHistory

  init(sign: String, text: String = "", history: MessageHistory = MessageHistory()) {
    self.sign = sign
    self.line = InputLine(text)
    self.history = history
  }

  var text: String { line.text }

  mutating func press(_ key: Key) -> Outcome {
    switch key {
    case Key(.enter):
      let text = line.text
      if !text.isEmpty { history.add(text) }
      return .submitted(text)
    case Key(.escape), .control("c"), .control("g"): return .cancelled
    case Key(.backspace) where line.isEmpty: return .cancelled
    case Key(.up): if let text = history.previous(draft: line.text) { line.replaceAll(with: text) }
    case Key(.down): if let text = history.next() { line.replaceAll(with: text) }
    default: _ = line.apply(key)
    }
    return .editing
  }

  mutating func replace(with text: String) { line.replaceAll(with: text) }

  /// Takes the first line of a paste; what would act on a terminal comes as its escape.
  mutating func paste(_ bytes: [UInt8]) {
    line.insert(Printable.text(bytes.prefix { $0 != 0x0a && $0 != 0x0d }))
  }
}

extension Surface {
  mutating func draw(_ prompt: Prompt, _ rect: Rect, _ look: Look) {
    fill(rect, style: look.theme[.text])
    var rest = rect
    let sign = rest.takeLeft(1 + Surface.columns(of: prompt.sign))
    draw(
      prompt.sign,
      column: sign.minColumn + 1,
      row: sign.minRow,
      columns: max(0, sign.size.columns - 1),
      style: look.theme[.prompt]
    )
    draw(prompt.line, in: rest, style: look.theme[.text], escapeStyle: look.theme[.escape])
  }
}
