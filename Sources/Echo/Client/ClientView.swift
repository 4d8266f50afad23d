package import Screen
import Wire

extension ClientModel {
  package func view() -> Surface { bareView(size: size) ?? usualView() }

  /// The bare view; nil while something else is shown.
  func bareView(size: Size) -> Surface? {
    guard case .bare(let bare) = focus else { return nil }
    var surface = Surface(size: size)
    bare.draw(browser, on: &surface, look)
    return surface
  }

  private func usualView() -> Surface {
    var surface = Surface(size: size)
    let layout = layout
    if let rect = layout.title { drawTitle(rect, on: &surface) }
    if !layout.isDetailAlone { drawLog(layout, on: &surface) }
    if let rect = layout.detail {
      browser.detail.draw(in: rect, on: &surface, look: look, highlight: browser.matches)
    }
    if let rect = layout.side { drawMeasures(rect, on: &surface) }
    if let rect = layout.counters { drawCounters(rect, on: &surface) }
    if let rect = layout.status { drawStatus(rect, on: &surface) }
    drawInput(layout, on: &surface)
    if let rect = layout.hints { Hints.draw(hints, rect, look, on: &surface) }
    if screenSize == size { drawHelp(on: &surface) }
    return surface
  }

  /// Draws the help over the whole of a picture, where it is asked for.
  func drawHelp(on surface: inout Surface) {
    guard case .help(let help) = focus else { return }
    surface.cursor = nil
    surface.draw(help, in: Rect(size: surface.size), theme: look.theme, glyphs: look.glyphs)
  }

  private var hints: [(key: String, word: String)] {
    browser.viewport.selection == nil || isSelectionIncidental ? ClientKeys.map.hints : ClientKeys.selectionHints
  }

  private func drawInput(_ layout: ClientLayout, on surface: inout Surface) {
    let rect = layout.input
    if case .find(let prompt) = focus {
      var line = rect
      surface.draw(prompt, line.takeTop(1), look)
      return surface.fill(line, style: look.theme[.text])
    }
    var rest = rect
    if case .historySearch(let search) = focus {
      surface.draw(promptOf: search, takingFrom: &rest, look)
    } else if rect.size.columns >= 8 {
      let prompt = rest.takeLeft(2)
      surface.draw(">", column: prompt.minColumn, row: prompt.minRow, columns: 1, style: look.theme[.prompt])
    }
    surface.draw(input, in: rest, style: look.theme[.text], escapeStyle: look.theme[.escape])
    switch focus {
    case .pasteQuestion, .question: surface.cursor = nil
    case .input, .help, .find, .historySearch, .bare: break
    }
    if layout.status == nil, let rect = layout.counters {
      let (message, role) = urgentMessage ?? statusMessage ?? (counterText, .text)
      surface.draw(
        message,
        column: rect.minColumn,
        row: rect.minRow,
        columns: rect.size.columns,
        style: look.theme[role]
      )
    }
  }

  private func drawMeasures(_ rect: Rect, on surface: inout Surface) {
    var rest = rect
    let border = rest.takeLeft(1)
    surface.drawVerticalRule(border, glyphs: look.glyphs, style: look.theme[.border])
    _ = rest.takeLeft(1)
    ClientMeasuresPane(measures: measures, queuedCount: queue.count, isDatagram: transport.isDatagram)
      .draw(in: rest, on: &surface, look: look)
  }
}
