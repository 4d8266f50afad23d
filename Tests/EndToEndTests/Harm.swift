import Foundation
import Screen
import TestKit
import Testing

extension TerminalProgram {
  /// Expects that the terminal received nothing that a program which shows text has no reason to send, beside the
  /// sequences that a screen is painted with. `modes`: the private ones that were on before.
  func expectHarmless(modes: Set<Int> = [], _ location: SourceLocation = #_sourceLocation) {
    #expect(replies == [], sourceLocation: location)
    #expect(screen.title == "", sourceLocation: location)
    #expect(screen.bells == 0, sourceLocation: location)
    #expect(screen.mouseMode == 0, sourceLocation: location)
    #expect(
      screen.privateModes.subtracting([2026, 25]) == modes.subtracting([2026, 25]),
      sourceLocation: location
    )
    let scalars = String(decoding: transcript, as: UTF8.self).unicodeScalars
    let wrong = scalars.filter {
      switch $0.value {
      case 0x07, 0x05, 0x0B, 0x0E...0x1A, 0x1C...0x1F, 0x7F...0x9F, 0xFFFD: true
      default: $0.properties.generalCategory == .format
      }
    }
    #expect(wrong.isEmpty, "\(wrong.map { $0.value })", sourceLocation: location)
    // OSC, DCS, SOS, PM and APC begin with an escape and one of these; ESC k is a title of tmux's.
    let strings = zip(transcript, transcript.dropFirst()).filter { pair in
      pair.0 == 0x1B && [0x5D, 0x50, 0x58, 0x5E, 0x5F, 0x6B].contains(pair.1)
    }
    #expect(strings.isEmpty, sourceLocation: location)
  }
}

/// Expects that a text is what stands for a payload, up to a `~` where there was no more room.
func expectShown(_ payload: [UInt8], as text: String, _ location: SourceLocation = #_sourceLocation) {
  let whole = Printable.text(payload)
  // A screen tells no blanks at a row's end.
  func trimmed(_ text: some StringProtocol) -> String.UnicodeScalarView {
    var scalars = String(text).unicodeScalars
    while scalars.last == " " { scalars.removeLast() }
    return scalars
  }
  if trimmed(whole).elementsEqual(trimmed(text)) { return }
  #expect(
    text.hasSuffix("~") && whole.unicodeScalars.starts(with: trimmed(text.dropLast())),
    "\(text)",
    sourceLocation: location
  )
}

/// Expects that each line is visible text, and that what stands in it after `prefix` gives a payload back.
func expectReversible(
  _ lines: [String],
  after prefix: Regex<some Any>,
  _ payloads: [[UInt8]],
  _ location: SourceLocation = #_sourceLocation
) {
  #expect(lines.compactMap(VisibleText.complaint) == [], sourceLocation: location)
  let found = lines.map { line in
    line.prefixMatch(of: prefix).flatMap {
      Printable.bytes(of: String(line[$0.range.upperBound...]))
    }
  }
  #expect(found == payloads, sourceLocation: location)
}

/// The payloads of lines of JSON; nil where there is none.
func jsonPayloads(of lines: [String]) throws -> [[UInt8]?] {
  try lines.map { line in
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    if let text = object?["text"] as? String { return Array(text.utf8) }
    return (object?["base64"] as? String).flatMap { Data(base64Encoded: $0) }.map { Array($0) }
  }
}
