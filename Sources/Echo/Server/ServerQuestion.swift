import Screen
import Wire

extension ServerModel {
  /// What is asked before something is done that can't be undone; `y` agrees.
  enum Question: Hashable, Sendable {
    case quit, stop, clear
    case disconnect(Peer)
    case overwrite(String)
  }

  func text(of question: Question) -> String {
    switch question {
    case .quit: "\(reasonToStay) \(site == .here ? "Stop the server" : "Quit")? y/n"
    case .stop: "Stop the server \(site.name ?? "")? y/n"
    case .clear: "Clear \(Figures.quantity(UInt64(browser.newest.count), "row")) from the list? y/n"
    case .disconnect(let peer): "Disconnect \(peer)? y/n"
    case .overwrite(let path): "\(Printable.text(path.utf8)) is there already. Write over it? y/n"
    }
  }

  private var reasonToStay: String {
    guard let save = browser.save else {
      return "\(Figures.quantity(UInt64(measures.peers.connectedCount), "peer")) connected."
    }
    return "\(Printable.text(save.path.utf8)) is not written yet."
  }

  mutating func agree(to question: Question) -> [Effect<ServerCommand>] {
    switch question {
    case .quit: return leave()
    case .stop: return [.request(.stop)]
    case .disconnect(let peer): return [.request(.disconnect(peer.connection))]
    case .overwrite(let path): return [.file(.create(path: path, isOverwriting: true))]
    case .clear:
      browser.clear()
      return []
    }
  }

  mutating func refuse(_ question: Question) -> [Effect<ServerCommand>] {
    if case .overwrite = question { browser.cancelSave() }
    return []
  }
}
