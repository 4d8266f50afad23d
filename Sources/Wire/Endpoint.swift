/// Where to listen or to connect, as the user named it.
package enum Endpoint: Hashable, Sendable {
  case tcp(host: String, port: UInt16)
  case udp(host: String, port: UInt16)
  case unix(path: String)

  package var transport: Transport {
    switch self {
    case .tcp: .tcp
    case .udp: .udp
    case .unix: .unix
    }
  }
}

extension Endpoint: CustomStringConvertible {
  /// `tcp 127.0.0.1:5000`, `udp [::1]:5000`, `unix /run/echo.sock`.
  package var description: String {
    switch self {
    case .tcp(let host, let port), .udp(let host, let port):
      "\(transport.rawValue) \(host.contains(":") ? "[\(host)]" : host):\(port)"
    case .unix(let path): "unix \(path)"
    }
  }
}

extension Endpoint {
  /// Why a text is no endpoint.
  package enum ParseError: Error, Hashable, Sendable {
    case unknownScheme(String)
    case missingHost
    case missingPort
    case badPort(String)
    case missingPath
  }

  /// Reads `tcp://host:port`, `udp://host:port` or `unix:path`; an IPv6 literal stands in brackets (RFC 3986, 3.2.2).
  package init(url: String) throws(ParseError) {
    if url.hasPrefix("unix:") {
      var path = url.dropFirst("unix:".count)
      if path.hasPrefix("//") { path = path.dropFirst(2) }
      guard !path.isEmpty else { throw .missingPath }
      self = .unix(path: String(path))
      return
    }
    guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { throw .unknownScheme(url) }
    let scheme = url[..<colon]
    var rest = url[url.index(colon, offsetBy: 3)...]
    if rest.hasSuffix("/") { rest.removeLast() }
    let (host, port) = try Endpoint.splitAuthority(rest)
    switch scheme.lowercased() {
    case "tcp": self = .tcp(host: host, port: port)
    case "udp": self = .udp(host: host, port: port)
    default: throw .unknownScheme(url)
    }
  }

  /// Reads a port number from 1 to 65535: digits only.
  package static func port(_ text: some StringProtocol) throws(ParseError) -> UInt16 {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0
    else { throw .badPort(String(text)) }
    return port
  }

  private static func splitAuthority(_ text: Substring) throws(ParseError) -> (host: String, port: UInt16) {
    let hostEnd: Substring.Index
    let host: Substring
    if text.hasPrefix("[") {
      guard let bracket = text.firstIndex(of: "]") else { throw .missingHost }
      host = text[text.index(after: text.startIndex)..<bracket]
      hostEnd = text.index(after: bracket)
    } else {
      hostEnd = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<hostEnd]
    }
    guard !host.isEmpty, !host.contains("["), !host.contains("]") else { throw .missingHost }
    guard text[hostEnd...].hasPrefix(":") else { throw .missingPort }
    return (String(host), try port(text[text.index(after: hostEnd)...]))
  }
}
