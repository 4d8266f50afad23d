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
        browser.notice = Notice(ServerCommands.table.continuations(of: prompt.text).joined(separator: ", "))
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
    case .find: problem = browser.find(text)
    case .filter: problem = browser.setFilter(text)
    case .command: problem = run(text, &effects)
    }
    if let problem {
      browser.notice = Notice(problem, isAlert: true)
      overlay = .prompt(prompt, kind)
    }
    return effects
  }

  // Commands. Each returns what is wrong with it.

  private mutating func run(_ line: String, _ effects: inout [Effect<ServerCommand>]) -> String? {
    guard !line.allSatisfy({ $0 == " " }) else { return nil }
    // As in less and vi.
    if (line.hasSuffix("%") ? line.dropLast() : line[...]).allSatisfy(\.isNumber) { return browser.goTo(line) }
    let action: ServerCommands.Action
    let argument: String
    do throws(CommandTable<ServerCommands.Action>.Failure) {
      (action, argument) = try ServerCommands.table.parse(line)
    } catch {
      return error.text
    }
    switch action {
    case .filter: return browser.setFilter(argument)
    case .find: return browser.find(argument)
    case .goTo: return browser.goTo(argument)
    case .save:
      do throws(CommandProblem) {
        effects = [.file(try browser.startSave(argument))]
      } catch {
        return error.text
      }
    case .copy:
      do throws(CommandProblem) { effects = try copy(argument) } catch { return error.text }
    case .clear: askToClear()
    case .disconnect: askToDisconnect()
    case .mouse: effects = toggleMouse()
    case .help: overlay = .help(ServerKeys.help(for: site))
    case .stop: effects = stop()
    case .quit: effects = quit()
    }
    return nil
  }

  mutating func filter(by peer: Peer) {
    // So that Up in the filter's prompt brings it back.
    if let filter = browser.filter { histories[.filter, default: MessageHistory()].add(filter.description) }
    let address = "from:\(peer.address)"
    var filter = "conn:\(peer.connection.number)"
    if peer.connection == .none {
      filter = "\(address) proto:\(peer.transport.rawValue)"
    } else if browser.log.hasEarlierRuns, peer.transport == .tcp {
      // Each run counts its connections from 1.
      filter += " \(address)"
    }
    _ = browser.setFilter(filter)
  }
}
