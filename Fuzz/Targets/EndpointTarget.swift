import Wire

/// An endpoint is read or refused; written as a URL again it is the same endpoint.
enum EndpointTarget {
  static func run(_ bytes: [UInt8]) {
    let source = String(decoding: bytes, as: UTF8.self)
    checkPort(source)
    checkFraming(source)
    guard let endpoint = try? Endpoint(url: source) else { return }
    let url: String
    switch endpoint {
    case .tcp(let host, let port), .udp(let host, let port):
      require(!host.isEmpty && port > 0, "\(endpoint) has a host and a port")
      require(source.utf8.count >= host.utf8.count + 8, "a host is part of the URL")
      url = "\(endpoint.transport.rawValue)://" + endpoint.description.dropFirst(4)
    case .unix(let path):
      require(!path.isEmpty, "a path is not empty")
      require(source.utf8.reversed().starts(with: path.utf8.reversed()), "a path is the URL's end")
      url = "unix://\(path)"
    }
    do throws(Endpoint.ParseError) {
      let again = try Endpoint(url: url)
      require(again == endpoint, "\(url.debugDescription) is read as \(again)")
    } catch {
      fatalError("\(url.debugDescription) is refused: \(error)")
    }
  }

  private static func checkPort(_ source: String) {
    let digits = source.utf8.allSatisfy { (0x30...0x39).contains($0) } && !source.isEmpty
    let port = try? Endpoint.port(source)
    let expected = digits ? Int(source).flatMap { (1...65_535).contains($0) ? UInt16($0) : nil } : nil
    require(port == expected, "\(source) is port \(String(describing: port))")
  }

  private static func checkFraming(_ source: String) {
    guard let framing = Framing(source) else { return }
    require(Framing(framing.description) == framing, "\(framing) is read as itself")
  }
}
