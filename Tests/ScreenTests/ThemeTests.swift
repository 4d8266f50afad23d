import Screen
import TestKit
import Testing

@Suite("Themes")
struct ThemeTests {
  static let depths = [0, 8, 16, 88, 256]

  @Test("have each a file that names every role", arguments: ThemeName.allCases)
  func files(name: ThemeName) throws {
    let file = try ThemeFile(name: name.rawValue, text: Repository.bytes(of: "Resources/themes/\(name.rawValue).theme"))
    for depth in ThemeTests.depths { #expect(name.theme(colours: depth) == file.theme(colours: depth)) }
  }

  @Test("keep escapes and matches apart from text, also in the selected row", arguments: ThemeName.allCases, depths)
  func escapes(name: ThemeName, depth: Int) {
    let theme = name.theme(colours: depth)
    for role in [Role.escape, .match] {
      #expect(theme[role] != theme[.text])
      #expect(theme[role, selected: true] != theme[.text, selected: true])
    }
    #expect(theme[.text, selected: true] != theme[.text])
  }

  @Test(
    "leave the text to the user, and give no background without a foreground",
    arguments: ThemeName.allCases,
    depths
  )
  func colors(name: ThemeName, depth: Int) {
    let theme = name.theme(colours: depth)
    #expect(theme[.text] == .plain)
    for role in Role.allCases {
      let style = theme[role, selected: true]
      #expect(style.background == .default || style.foreground != .default)
      if theme[role].background != .default { #expect(theme[role].foreground != .default) }
    }
  }

  @Test("use the colours that there are", arguments: ThemeName.allCases)
  func depth(name: ThemeName) {
    for (depth, limit) in [(8, 8), (16, 16), (256, 256)] {
      let theme = name.theme(colours: depth)
      for role in Role.allCases {
        for color in [theme[role].foreground, theme[role].background] {
          if case .indexed(let index) = color { #expect(name != .mono && index < limit) }
        }
      }
    }
  }

  @Test("tell states apart by their signs' looks where there is colour", arguments: [ThemeName.dark, .light])
  func states(name: ThemeName) {
    for depth in [8, 256] {
      let theme = name.theme(colours: depth)
      #expect(Set([Role.ok, .waiting, .warning, .error].map { theme[$0] }).count == 4)
    }
  }
}
