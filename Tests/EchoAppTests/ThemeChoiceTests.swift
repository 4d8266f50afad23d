import Screen
import Testing

@testable import EchoApp

@Suite("The choice of a theme")
struct ThemeChoiceTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var wanted: ThemeName?
    var colours = 256
    var variables: [String: String] = [:]
    var expected: ThemeName
    var testDescription: String { "\(wanted.map(\.rawValue) ?? "no wish") \(colours) \(variables) \(expected)" }
  }

  static let cases = [
    Case(expected: .dark),
    Case(wanted: .light, expected: .light),
    Case(colours: 8, expected: .dark),
    Case(colours: 0, expected: .mono),
    Case(wanted: .light, colours: 0, expected: .mono),
    Case(variables: ["NO_COLOR": "1"], expected: .mono),
    Case(wanted: .dark, variables: ["NO_COLOR": "1"], expected: .dark),
    Case(variables: ["COLORFGBG": "0;15"], expected: .light),
    Case(variables: ["COLORFGBG": "0;default;7"], expected: .light),
    Case(variables: ["COLORFGBG": "15;0"], expected: .dark),
    Case(variables: ["COLORFGBG": "nonsense"], expected: .dark),
    Case(variables: ["COLORFGBG": "0;15", "NO_COLOR": "1"], expected: .mono),
    Case(wanted: .dark, variables: ["COLORFGBG": "0;15"], expected: .dark),
  ]

  @Test(
    "the wish counts first, then NO_COLOR, then the background; without colours there is no choice",
    arguments: cases
  )
  func choice(_ example: Case) {
    let name = ThemeName(wanted: example.wanted, colours: example.colours) { example.variables[$0] }
    #expect(name == example.expected)
  }
}
