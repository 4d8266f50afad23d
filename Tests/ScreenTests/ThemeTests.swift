import Screen
import Testing

@Suite("Themes")
struct ThemeTests {
  @Test("are found by name")
  func names() {
    #expect(Theme.named("light") == .light)
    #expect(Theme.named("solarized") == nil)
    #expect(Theme.all.map(\.name) == ["dark", "light", "mono"])
  }

  @Test("keep escapes apart from text, also in the selected row", arguments: Theme.all)
  func escapes(theme: Theme) {
    #expect(theme[.escape] != theme[.text])
    #expect(theme[.escape, selected: true] != theme[.text, selected: true])
    #expect(theme[.text, selected: true] != theme[.text])
  }

  @Test("leave the background to the user, and mono leaves the colours too", arguments: Theme.all)
  func colors(theme: Theme) {
    for role in Role.allCases {
      #expect(theme[role].background == .default)
      if theme == .mono { #expect(theme[role].foreground == .default) }
    }
  }
}
