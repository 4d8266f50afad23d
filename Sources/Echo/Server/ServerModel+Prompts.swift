import Screen
import Wire

extension ServerModel {
  /// Opens a prompt at the bottom of the screen.
  mutating func ask(_ kind: PromptKind, text: String = "") {
    let sign =
      switch kind {
      case .find: "/"
      case .filter: "filter: "
      case .command: ":"
      }
    overlay = .prompt(Prompt(sign: sign, text: text, history: histories[kind] ?? MessageHistory()), kind)
  }

  mutating func press(_ key: Key, in prompt: Prompt, _ kind: PromptKind) -> [Effect<ServerCommand>] {
    var prompt = prompt
    if kind == .command, key == Key(.tab) {
      if let completed = ServerCommands.table.completion(of: prompt.text) {
        prompt.replace(with: completed)
      } else {
        notice = Notice(ServerCommands.table.candidates(for: prompt.text).map(\.name).joined(separator: ", "))
      }
      overlay = .prompt(prompt, kind)
      return []
    }
    switch prompt.press(key) {
    case .editing: overlay = .prompt(prompt, kind)
    case .cancelled: overlay = nil
    case .submitted(let text):
      histories[kind] = prompt.history
      overlay = nil
      return submit(text, prompt, kind)
    }
    return []
  }

  /// A paste goes to an open prompt and nowhere else.
  mutating func paste(_ bytes: [UInt8]) {
    guard case .prompt(var prompt, let kind) = overlay else { return }
    prompt.paste(bytes)
    overlay = .prompt(prompt, kind)
  }

  /// Does what a prompt's text says; what is wrong with it is told, and it stays to be mended.
  private mutating func submit(_ text: String, _ prompt: Prompt, _ kind: PromptKind) -> [Effect<ServerCommand>] {
    var effects: [Effect<ServerCommand>] = []
    let problem: String?
    switch kind {
    case .find: problem = find(text)
    case .filter: problem = filter(text)
    case .command: problem = run(text, &effects)
    }
    if let problem {
      notice = Notice(problem, isAlert: true)
      overlay = .prompt(prompt, kind)
    }
    return effects
  }

  // Commands. Each returns what is wrong with it.

  private mutating func run(_ line: String, _ effects: inout [Effect<ServerCommand>]) -> String? {
    guard !line.allSatisfy({ $0 == " " }) else { return nil }
    let action: ServerCommands.Action
    let argument: String
    do throws(CommandTable<ServerCommands.Action>.Failure) {
      (action, argument) = try ServerCommands.table.parse(line)
    } catch {
      return error.text
    }
    switch action {
    case .filter: return filter(argument)
    case .find: return find(argument)
    case .goTo: return goTo(argument)
    case .save: return startSave(argument, &effects)
    case .copy: effects = copy()
    case .clear: overlay = .question(.clear)
    case .disconnect: askToDisconnect()
    case .mouse: effects = toggleMouse()
    case .help: overlay = .help(ServerKeys.help)
    case .stop: effects = [.request(.stop)]
    }
    return nil
  }

  private mutating func filter(_ text: String) -> String? {
    guard !text.allSatisfy({ $0 == " " }) else {
      list.setFilter(nil, log, framing: framing)
      return nil
    }
    do throws(FilterError) {
      list.setFilter(try Filter.parse(text), log, framing: framing)
      return nil
    } catch {
      return "column \(error.column): \(error.reason)"
    }
  }

  mutating func filter(by peer: Peer) {
    _ = filter(
      peer.connection == .none
        ? "from:\(peer.address) proto:\(peer.transport.rawValue)" : "conn:\(peer.connection.number)"
    )
  }

  private mutating func find(_ text: String) -> String? {
    guard !text.isEmpty else {
      findAgain(isForward: true)
      return nil
    }
    do throws(FilterError) {
      let pattern = try SearchPattern.parse(text)
      self.pattern = pattern
      // Who follows asks for what came last; who reads somewhere goes on from there.
      let viewport = list.viewport
      finder = Finder(
        .pattern(pattern),
        isForward: !viewport.isFollowing,
        from: viewport.selection,
        isIncluded: true
      )
      search()
      return nil
    } catch {
      return "column \(error.column): \(error.reason)"
    }
  }

  private mutating func goTo(_ text: String) -> String? {
    guard let number = UInt64(text) else { return "goto needs a message's number" }
    finder = Finder(.number(number), isForward: true, from: list.viewport.first, isIncluded: true)
    search()
    return nil
  }

  // Searching.

  mutating func findAgain(isForward: Bool) {
    guard let pattern else { return notice = Notice("nothing to find yet: / asks for it") }
    find(.pattern(pattern), isForward: isForward)
  }

  mutating func find(_ target: Finder.Target, isForward: Bool) {
    finder = Finder(target, isForward: isForward, from: list.viewport.selection)
    search()
  }

  /// Does a slice of the search, and goes to what it found.
  mutating func search() {
    guard var finder else { return }
    switch finder.advance(list, log, framing: framing) {
    case .searching: self.finder = finder
    case .found(let row):
      self.finder = nil
      list.jump(to: row)
    case .notFound:
      self.finder = nil
      notice = Notice(finder.failureText)
    }
  }
}
