/// What a piece of a picture means; a `Theme` says how that looks.
package enum Role: CaseIterable, Hashable, Sendable {
  case text, muted, escape, accent
  /// States of a message: answered, awaiting its receipt, odd but alive, failed.
  case ok, waiting, warning, error
  /// Directions of a message.
  case sent, received
  /// What the program itself has to say: connected, disconnected.
  case notice
  case titleBar, statusBar, border
  case selection, match, unread
  case prompt, hint, hintKey
}

/// The looks of all roles: the terminal's own foreground and background, the eight basic colours and attributes only, so
/// that it works from 8 colours up and on the user's palette. Signs in the text carry the meaning; colour only helps.
package struct Theme: Hashable, Sendable {
  package let name: String
  private let styles: [Role: Style]

  package subscript(role: Role) -> Style { styles[role] ?? .plain }

  /// The style of a role, `selected` when it is part of the selected row; roles stay apart there too.
  package subscript(role: Role, selected selected: Bool) -> Style {
    guard selected else { return self[role] }
    var style = self[role]
    style.attributes.formSymmetricDifference(self[.selection].attributes)
    return style
  }

  package static let all = [dark, light, mono]

  package static func named(_ name: String) -> Theme? { all.first { $0.name == name } }

  package static let dark = Theme(
    name: "dark",
    styles: common.merging(
      [
        .muted: Style(attributes: .dim),
        .escape: Style(foreground: cyan, attributes: .dim),
        .accent: Style(foreground: cyan, attributes: .bold),
        .ok: Style(foreground: green),
        .waiting: Style(foreground: yellow),
        .warning: Style(foreground: yellow, attributes: .bold),
        .error: Style(foreground: red, attributes: .bold),
        .received: Style(foreground: cyan),
        .notice: Style(foreground: magenta),
        .border: Style(attributes: .dim),
        .unread: Style(foreground: yellow),
        .prompt: Style(foreground: green, attributes: .bold),
        .hint: Style(attributes: .dim),
        .hintKey: Style(foreground: cyan),
      ],
      uniquingKeysWith: { $1 }
    )
  )

  /// Without yellow, cyan and dim, which are pale on a light background.
  package static let light = Theme(
    name: "light",
    styles: common.merging(
      [
        .escape: Style(foreground: magenta),
        .accent: Style(foreground: blue, attributes: .bold),
        .ok: Style(foreground: green, attributes: .bold),
        .waiting: Style(foreground: blue),
        .warning: Style(foreground: magenta, attributes: .bold),
        .error: Style(foreground: red, attributes: .bold),
        .received: Style(foreground: blue),
        .notice: Style(foreground: magenta),
        .unread: Style(foreground: red),
        .prompt: Style(foreground: blue, attributes: .bold),
        .hintKey: Style(foreground: blue),
      ],
      uniquingKeysWith: { $1 }
    )
  )

  /// Attributes only: NO_COLOR, and terminals that have no colour.
  package static let mono = Theme(
    name: "mono",
    styles: common.merging(
      [
        .escape: Style(attributes: .reverse),
        .accent: Style(attributes: .bold),
        .warning: Style(attributes: .bold),
        .error: Style(attributes: [.bold, .underline]),
        .unread: Style(attributes: .bold),
        .prompt: Style(attributes: .bold),
        .hintKey: Style(attributes: .bold),
      ],
      uniquingKeysWith: { $1 }
    )
  )

  private static let common: [Role: Style] = [
    .titleBar: Style(attributes: .reverse),
    .statusBar: Style(attributes: .reverse),
    .selection: Style(attributes: .reverse),
    .match: Style(attributes: .underline),
  ]

  private static let red = Color.indexed(1)
  private static let green = Color.indexed(2)
  private static let yellow = Color.indexed(3)
  private static let blue = Color.indexed(4)
  private static let magenta = Color.indexed(5)
  private static let cyan = Color.indexed(6)
}
