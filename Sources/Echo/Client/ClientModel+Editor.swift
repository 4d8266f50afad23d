import Screen

extension ClientModel {
  /// The keys of two, ^X and another: nil for a key that belongs to none, and what is no sequence is dropped whole.
  mutating func pressSequence(_ key: Key) -> [Effect<ClientRequest>]? {
    guard isSequenceBegun else {
      guard key == .control("x") else { return nil }
      isSequenceBegun = true
      say("^X: ^E opens the message in the editor")
      return []
    }
    isSequenceBegun = false
    return key == .control("e") ? [.edit(input.text)] : []
  }

  /// Puts into the line what the editor left, to be looked at before Enter sends it.
  mutating func take(_ event: EditorEvent) {
    switch event {
    case .edited(let text): if text != input.text { input.replaceAll(with: text) }
    case .failed(let reason): say("\(reason); the line is as it was")
    }
  }
}
