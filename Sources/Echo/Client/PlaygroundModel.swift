package import Screen
package import Wire

/// News from the two halves of the playground.
package enum PlaygroundNews: Sendable {
  case client(ClientEvent)
  case server(ServerEvent)
}

/// What the playground's screen asks of its two wires.
package enum PlaygroundRequest: Sendable {
  case client(ClientRequest)
  case server(ServerCommand)
}

/// `echo_client` without an address: a client that talks to a server of its own, and beside it what that server received.
package struct PlaygroundModel: ScreenModel {
  package typealias News = PlaygroundNews
  package typealias Request = PlaygroundRequest

  package private(set) var client: ClientModel
  private(set) var server: ServerModel
  private(set) var size = Size.zero

  package init(client: ClientModel, server: ServerModel) {
    self.client = client
    self.server = server
  }

  package var showsSeconds: Bool { client.showsSeconds }
  package var wakeTime: Timestamp? { client.wakeTime }
  package var hasPendingWork: Bool { client.hasPendingWork }

  private var layout: PlaygroundLayout { PlaygroundLayout(size: size) }

  package mutating func update(_ event: ScreenEvent<PlaygroundNews>) -> [Effect<PlaygroundRequest>] {
    switch event {
    case .resize(let size):
      self.size = size
      server.resize(pane: layout.server ?? Rect(size: .zero))
      let effects = client.update(.resize(layout.client.size))
      client.screenSize = size
      return ofClient(effects)
    case .tick(let moment):
      _ = server.update(.tick(moment))
      return ofClient(client.update(.tick(moment)))
    case .news(.client(let news)): return ofClient(client.update(.news(news)))
    case .news(.server(let news)):
      if case .listening(let endpoints) = news { name(endpoints) }
      // The client says when the session is over: it still awaits the receipt of the message that stopped the server.
      _ = server.update(.news(news))
      return []
    case .terminate: return ofClient(client.update(.terminate))
    case .turn: return ofClient(client.update(.turn))
    case .file(let event): return ofClient(client.update(.file(event)))
    case .edited(let event): return ofClient(client.update(.edited(event)))
    case .notRemembered(let reason): return ofClient(client.update(.notRemembered(reason)))
    case .input(.mouse(let mouse)):
      if let pane = layout.server, mouse.point.column >= pane.minColumn, mouse.point.row >= pane.minRow {
        _ = server.update(.input(.mouse(mouse)))
        return []
      }
      return ofClient(client.update(.input(.mouse(mouse))))
    case .input(let input): return ofClient(client.update(.input(input)))
    }
  }

  package func view() -> Surface {
    if let bare = client.bareView(size: size) { return bare }
    var surface = Surface(size: size)
    let layout = layout
    let picture = client.view()
    surface.put(picture, at: layout.client.origin)
    if let rect = layout.border {
      surface.drawVerticalRule(rect, glyphs: client.look.glyphs, style: client.look.theme[.border])
    }
    if let rect = layout.server { server.drawPane(rect, on: &surface) }
    if client.screenSize != client.size { client.drawHelp(on: &surface) }
    return surface
  }

  /// The title says where the server listens, so that any other client can join.
  private mutating func name(_ endpoints: [Endpoint]) {
    guard let first = endpoints.first else { return }
    client.title = "playground \(first)"
  }

  private func ofClient(_ effects: [Effect<ClientRequest>]) -> [Effect<PlaygroundRequest>] {
    effects.flatMap { effect -> [Effect<PlaygroundRequest>] in
      guard let own = effect.asking(PlaygroundRequest.client) else { return [] }
      if case .quit = effect { return [.request(.server(.stop)), own] }
      return [own]
    }
  }
}

/// Where the playground's halves are: side by side, one above the other, or the client alone.
struct PlaygroundLayout: Hashable {
  static let sideBySideColumns = 120
  static let stackedRows = 16

  var client: Rect
  var border: Rect?
  var server: Rect?

  init(size: Size) {
    var rest = Rect(size: size)
    if size.columns >= PlaygroundLayout.sideBySideColumns, size.rows >= 4 {
      server = rest.takeRight((size.columns - 1) / 2)
      border = rest.takeRight(1)
    } else if size.rows >= PlaygroundLayout.stackedRows, size.columns >= 40 {
      server = rest.takeBottom(size.rows / 3)
    }
    client = rest
  }
}

extension Surface {
  /// Puts a picture, with its cursor, into this one.
  mutating func put(_ picture: Surface, at origin: Point) {
    for row in 0..<picture.size.rows {
      for column in 0..<picture.size.columns {
        put(picture[column, row], column: origin.column + column, row: origin.row + row)
      }
    }
    cursor = picture.cursor.map { Point(column: origin.column + $0.column, row: origin.row + $0.row) }
  }
}
