/// The text a user is typing and the cursor in it: readline's editing, by grapheme, with a kill ring and undo.
///
/// It may hold line breaks; "line" operations then act on the cursor's line. The text is always segmented as a whole
/// `String` would be, so that cursor steps and what is sent agree.
package struct InputLine: Hashable, Sendable {
  /// One change, enough to take it back.
  private struct Edit: Hashable {
    let start: Int
    let removed: [Character]
    let insertedCount: Int
    let cursor: Int
    let group: Int
  }

  private struct Yank: Hashable {
    let range: Range<Int>
    let kill: Int
  }

  private enum Action { case typing, killing, yanking, other }

  /// Kills kept for yanking, and changes kept for undo.
  private static let killLimit = 32
  private static let undoLimit = 1000
  /// Typed characters that one undo takes back, as readline has it.
  private static let typingLimit = 20

  package private(set) var characters: [Character] = []
  /// 0…`characters.count`: the character the cursor stands on.
  package private(set) var cursor = 0
  /// Lines of text: 1 and more.
  package private(set) var lineCount = 1

  private var edits: [Edit] = []
  private var group = 0
  private var typed = 0
  private var kills: [[Character]] = []
  private var lastAction = Action.other
  /// What the last yank put in, for yank-pop.
  private var yanked: Yank?

  package init(_ text: String = "") {
    characters = Array(text)
    cursor = characters.count
    lineCount = 1 + characters.count(where: Self.isLineBreak)
  }

  package var text: String { String(characters) }
  package var isEmpty: Bool { characters.isEmpty }

  // MARK: The whole

  /// Hands the text out and is empty again; what was killed can still be yanked.
  package mutating func take() -> String {
    let text = self.text
    let kills = self.kills
    self = InputLine()
    self.kills = kills
    return text
  }

  /// Puts another text in place of this one (history, completion), the cursor at its end; undo brings the old one back.
  package mutating func replaceAll(with text: String) {
    begin(.other)
    replace(0..<characters.count, with: text)
  }

  package mutating func clear() { replaceAll(with: "") }

  // MARK: Insert and delete

  package mutating func insert(_ text: String) {
    let isTyping = text.count == 1
    if isTyping, lastAction == .typing, typed < Self.typingLimit {
      typed += 1
    } else {
      begin(isTyping ? .typing : .other)
      typed = 1
    }
    replace(cursor..<cursor, with: text)
  }

  package mutating func backspace() { delete(max(0, cursor - 1)..<cursor) }
  package mutating func deleteForward() { delete(cursor..<min(cursor + 1, characters.count)) }

  /// Exchanges the characters around the cursor and moves on; at the end of a line the two before it.
  package mutating func transpose() {
    let (start, end) = (lineStart, lineEnd)
    guard end - start >= 2, cursor > start else { return }
    begin(.other)
    let second = min(cursor, end - 1)
    replace((second - 1)..<(second + 1), with: String([characters[second], characters[second - 1]]))
  }

  package mutating func undo() {
    lastAction = .other
    guard let last = edits.last?.group else { return }
    while let edit = edits.last, edit.group == last {
      edits.removeLast()
      let range = edit.start..<(edit.start + edit.insertedCount)
      count(replacing: range, with: edit.removed)
      characters.replaceSubrange(range, with: edit.removed)
      cursor = edit.cursor
    }
  }

  // MARK: Move

  package mutating func left() { move(to: cursor - 1) }
  package mutating func right() { move(to: cursor + 1) }
  package mutating func wordLeft() { move(to: wordStart) }
  package mutating func wordRight() { move(to: wordEnd) }
  /// To the character that holds a byte of the text.
  package mutating func move(toByte byte: Int) { move(to: Self.index(in: characters, after: byte)) }

  package mutating func home() { move(to: lineStart) }
  package mutating func end() { move(to: lineEnd) }

  /// To the same place of the line above; false on the first line.
  package mutating func up() -> Bool {
    let start = lineStart
    guard start > 0 else { return false }
    let column = cursor - start
    move(to: start - 1)
    move(to: min(lineStart + column, start - 1))
    return true
  }

  /// To the same place of the line below; false on the last line.
  package mutating func down() -> Bool {
    let end = lineEnd
    guard end < characters.count else { return false }
    let column = cursor - lineStart
    move(to: end + 1)
    move(to: min(end + 1 + column, lineEnd))
    return true
  }

  // MARK: Kill and yank

  /// Kills to the end of the line; at its end the line break.
  package mutating func killToEnd() {
    let end = lineEnd
    kill(cursor..<(end == cursor ? min(end + 1, characters.count) : end), before: false)
  }

  /// Kills from the start of the line; at its start the line break before it.
  package mutating func killToStart() {
    let start = lineStart
    kill((start == cursor ? max(0, start - 1) : start)..<cursor, before: true)
  }

  package mutating func killWordForward() { kill(cursor..<wordEnd, before: false) }
  package mutating func killWordBack() { kill(wordStart..<cursor, before: true) }

  /// Kills back to white space, as ^W does.
  package mutating func killBlankWordBack() {
    var start = cursor
    while start > 0, characters[start - 1].isWhitespace { start -= 1 }
    while start > 0, !characters[start - 1].isWhitespace { start -= 1 }
    kill(start..<cursor, before: true)
  }

  /// Inserts the last kill.
  package mutating func yank() {
    guard let kill = kills.last else { return }
    begin(.yanking)
    yanked = Yank(range: replace(cursor..<cursor, with: String(kill)), kill: kills.count - 1)
  }

  /// Right after a yank: the kill before it instead.
  package mutating func yankPop() {
    guard lastAction == .yanking, let last = yanked else { return }
    let kill = last.kill > 0 ? last.kill - 1 : kills.count - 1
    begin(.yanking)
    yanked = Yank(range: replace(last.range, with: String(kills[kill])), kill: kill)
  }

  // MARK: Inside

  static func isLineBreak(_ character: Character) -> Bool { character == "\n" || character == "\r\n" }

  private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

  private var lineStart: Int { lineStart(before: cursor) }
  private var lineEnd: Int { lineEnd(from: cursor) }

  /// The index after the line break before an index; a text of one line, however long, needs no search.
  func lineStart(before index: Int) -> Int {
    lineCount == 1 ? 0 : (characters[..<index].lastIndex(where: Self.isLineBreak) ?? -1) + 1
  }

  /// The index of the line break at or after an index, or of the end.
  func lineEnd(from index: Int) -> Int {
    lineCount == 1 ? characters.count : characters[index...].firstIndex(where: Self.isLineBreak) ?? characters.count
  }

  private var wordStart: Int {
    var index = cursor
    while index > 0, !Self.isWord(characters[index - 1]) { index -= 1 }
    while index > 0, Self.isWord(characters[index - 1]) { index -= 1 }
    return index
  }

  private var wordEnd: Int {
    var index = cursor
    while index < characters.count, !Self.isWord(characters[index]) { index += 1 }
    while index < characters.count, Self.isWord(characters[index]) { index += 1 }
    return index
  }

  /// Begins a change that one undo takes back.
  private mutating func begin(_ action: Action) {
    group += 1
    lastAction = action
    yanked = nil
  }

  private mutating func move(to index: Int) {
    lastAction = .other
    cursor = min(max(0, index), characters.count)
  }

  private mutating func delete(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    begin(.other)
    replace(range, with: "")
  }

  private mutating func kill(_ range: Range<Int>, before: Bool) {
    guard !range.isEmpty else { return }
    let killed = characters[range]
    if lastAction == .killing, let last = kills.popLast() {
      kills.append(before ? killed + last : last + killed)
    } else {
      kills.append(Array(killed))
      if kills.count > Self.killLimit { kills.removeFirst() }
    }
    begin(.killing)
    replace(range, with: "")
  }

  /// The one place that changes the text: replaces a range, puts the cursor after it, and notes how to take it back.
  /// Neighbours are segmented anew with the text, for a mark joins the base before it. Returns where the text stands now.
  @discardableResult
  private mutating func replace(_ range: Range<Int>, with text: String) -> Range<Int> {
    let start = max(0, range.lowerBound - 1)
    var end = min(characters.count, range.upperBound + 1)
    let before = String(characters[start..<range.lowerBound])
    var segments = Array(before + text + String(characters[range.upperBound..<end]))
    while end < characters.count, let last = segments.last {
      let joined = Array(String(last) + String(characters[end]))
      if joined.count == 2, joined[0] == last { break }
      segments.replaceSubrange((segments.count - 1)..., with: joined)
      end += 1
    }
    let edit = Edit(
      start: start,
      removed: Array(characters[start..<end]),
      insertedCount: segments.count,
      cursor: cursor,
      group: group
    )
    edits.append(edit)
    if edits.count > Self.undoLimit { edits.removeFirst(edits.count - Self.undoLimit) }
    count(replacing: start..<end, with: segments)
    characters.replaceSubrange(start..<end, with: segments)
    let textStart = Self.index(in: segments, after: before.utf8.count)
    let textEnd = Self.index(in: segments, after: before.utf8.count + text.utf8.count)
    cursor = start + textEnd
    return (start + min(textStart, textEnd))..<cursor
  }

  private mutating func count(replacing range: Range<Int>, with segments: [Character]) {
    lineCount -= characters[range].count(where: Self.isLineBreak)
    lineCount += segments.count(where: Self.isLineBreak)
  }

  /// The first boundary at or after so many bytes.
  private static func index(in segments: [Character], after bytes: Int) -> Int {
    var index = 0
    var passed = 0
    while passed < bytes, index < segments.count {
      passed += segments[index].utf8.count
      index += 1
    }
    return index
  }
}
