/// What a piece of a picture means; a `Theme` says how that looks. The raw value is its name in a theme's file.
package enum Role: String, CaseIterable, Hashable, Sendable {
  case text, muted, escape, accent
  /// States of a message: answered, awaiting its receipt, odd but alive, failed.
  case ok, waiting, warning, error
  /// Directions of a message.
  case sent, received
  /// What the program itself has to say: connected, disconnected.
  case notice
  case titleBar = "title-bar"
  case statusBar = "status-bar"
  case border
  case selection, match, unread
  case prompt, hint
  case hintKey = "hint-key"
}

/// The themes that come with the programs, each a file of `Resources/themes` built into them.
package enum ThemeName: String, CaseIterable, Hashable, Sendable {
  /// For dark backgrounds, for light ones, and without colours.
  case dark, light, mono

  /// The theme for a terminal of so many colours.
  package func theme(colours: Int) -> Theme { file.theme(colours: colours) }

  private var file: ThemeFile {
    switch self {
    case .dark: ThemeName.darkFile
    case .light: ThemeName.lightFile
    case .mono: ThemeName.monoFile
    }
  }

  private static let darkFile = embedded(.dark, PackageResources.dark_theme)
  private static let lightFile = embedded(.light, PackageResources.light_theme)
  private static let monoFile = embedded(.mono, PackageResources.mono_theme)

  /// A file that a test has read: should it be wrong all the same, the screen is plain, and not missing.
  private static func embedded(_ name: ThemeName, _ text: [UInt8]) -> ThemeFile {
    (try? ThemeFile(name: name.rawValue, text: text)) ?? ThemeFile(plain: name.rawValue)
  }
}

/// The looks of all roles on one terminal. Signs in the text carry the meaning; colour only helps.
package struct Theme: Hashable, Sendable {
  package let name: String
  private let styles: [Role: Style]

  init(name: String, styles: [Role: Style]) {
    self.name = name
    self.styles = styles
  }

  package subscript(role: Role) -> Style { styles[role] ?? .plain }

  /// The style of a role, `selected` when it is part of the selected row; roles stay apart there too.
  package subscript(role: Role, selected selected: Bool) -> Style {
    guard selected else { return self[role] }
    let selection = self[.selection]
    // What is muted on a plain background can't be read on the selection's.
    var style = self[role == .muted && selection.background != .default ? .text : role]
    // The user's own foreground may be unreadable on a background that is not the user's own.
    if selection.background != .default {
      if style.foreground == .default { style.foreground = selection.foreground }
      if style.background == .default { style.background = selection.background }
    }
    style.attributes.formSymmetricDifference(selection.attributes)
    return style
  }

  /// The themes with the eight basic colours only, which are the user's own palette.
  package static let dark = ThemeName.dark.theme(colours: 8)
  package static let light = ThemeName.light.theme(colours: 8)
  package static let mono = ThemeName.mono.theme(colours: 8)
}
