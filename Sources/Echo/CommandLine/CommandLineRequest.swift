/// What `copy` is asked for beside what the detail shows: `AS [WHAT]`.
struct CommandLineRequest: Hashable, Sendable {
  enum Scope: String, CaseIterable, Sendable {
    case message, conversation
  }

  static let forms = ShellCommand.Form.allCases.map(\.rawValue)
  static let scopes = Scope.allCases.map(\.rawValue)

  let form: ShellCommand.Form
  let scope: Scope

  init(_ argument: String) throws(CommandProblem) {
    let words = argument.split(separator: " ").map(String.init)
    let form = words.first.flatMap(ShellCommand.Form.init)
    let scope = words.count > 1 ? Scope(rawValue: words[1]) : .message
    guard let form, let scope, words.count <= 2 else {
      throw CommandProblem(
        "copy takes \(CommandLineRequest.forms.joined(separator: ", ")), and then message or conversation"
      )
    }
    self.form = form
    self.scope = scope
  }
}
