import Echo
import Screen
import Terminal

extension Look {
  /// What suits a terminal, the user's wish and the user's environment.
  init(of terminal: borrowing Terminal, theme: ThemeName?) {
    let name = ThemeName(wanted: theme, colours: terminal.colours, variable: Surroundings.variable)
    self.init(theme: name.theme(colours: terminal.colours), glyphs: terminal.isUTF8 ? .unicode : .ascii)
  }
}

extension ThemeName {
  /// The theme for a terminal of so many colours: the wanted one if it has any; without a wish none for NO_COLOR
  /// (no-color.org), and a light one where the terminal tells of a light background (COLORFGBG, as rxvt and Konsole set it).
  init(wanted: ThemeName?, colours: Int, variable: (String) -> String?) {
    if colours < 8 {
      self = .mono
    } else if let wanted {
      self = wanted
    } else if variable("NO_COLOR") != nil {
      self = .mono
    } else {
      let background = variable("COLORFGBG")?.split(separator: ";").last
      self = background == "7" || background == "15" ? .light : .dark
    }
  }
}
