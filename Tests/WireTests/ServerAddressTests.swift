import Testing

@testable import Wire

@Suite struct ServerAddressTests {
  /// The recommendations of RFC 5952, section 4, and the ends of the address space.
  static let texts: [(UInt64, UInt64, String)] = [
    (0, 0, "::"), (0, 1, "::1"), (1 << 48, 0, "1::"), (0x2001_0db8_0000_0000, 1, "2001:db8::1"),
    (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
    (0x2001_0000_0000_0001, 1, "2001:0:0:1::1"), (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
    (0x2001_0db8_aaaa_bbbb, 0xcccc_dddd_eeee_0aaa, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaa"),
    (0xfe80_0000_0000_0000, 0xabcd, "fe80::abcd"), (0, 0xffff_c000_0201, "::ffff:192.0.2.1"),
    (.max, .max, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), (0, 1 << 48, "::1:0:0:0"), (1, 0, "0:0:0:1::"),
  ]

  @Test("An IPv6 address has the one text that RFC 5952 gives it", arguments: texts)
  func version6(high: UInt64, low: UInt64, text: String) {
    let address = SocketAddress(family: .ipv6, port: 80, high: high, low: low)
    #expect(address.host == text)
    #expect(address.description == "[\(text)]:80")
  }

  @Test("Other addresses are written as people know them")
  func others() {
    #expect(SocketAddress.ipv4(192, 0, 2, 255, port: 65_535).description == "192.0.2.255:65535")
    #expect(SocketAddress(family: .unix, scope: 4242).description == "pid 4242")
    #expect(
      SocketAddress(family: .ipv6, port: 1, high: 0xfe80 << 48, low: 1, scope: 2).description == "[fe80::1%2]:1"
    )
    let peer = Peer(connection: ConnectionID(1), transport: .tcp, address: .ipv4(127, 0, 0, 1, port: 53_124))
    #expect(peer.description == "tcp 127.0.0.1:53124")
  }

  @Test("Loopback, multicast, broadcast and unspecified addresses are told apart")
  func kinds() {
    #expect(SocketAddress.ipv4(127, 9, 9, 9, port: 1).isLoopback)
    #expect(!SocketAddress.ipv4(128, 0, 0, 1, port: 1).isLoopback)
    #expect(SocketAddress(family: .ipv6, low: 1).isLoopback)
    #expect(SocketAddress(family: .ipv6, low: 0xffff_7f00_0001).isLoopback)
    #expect(!SocketAddress(family: .ipv6, low: 0xffff_8000_0001).isLoopback)
    #expect(!SocketAddress(family: .ipv6, high: 1, low: 1).isLoopback)
    #expect(SocketAddress(family: .unix).isLoopback)
    #expect(SocketAddress.ipv4(239, 255, 255, 255, port: 1).isMulticast)
    #expect(!SocketAddress.ipv4(240, 0, 0, 1, port: 1).isMulticast)
    #expect(SocketAddress(family: .ipv6, high: 0xff02 << 48, low: 1).isMulticast)
    #expect(SocketAddress.ipv4(255, 255, 255, 255, port: 1).isBroadcast)
  }

  static let endpoints: [(String, Endpoint, String)] = [
    ("tcp://localhost:5000", .tcp(host: "localhost", port: 5000), "tcp localhost:5000"),
    ("udp://127.0.0.1:1", .udp(host: "127.0.0.1", port: 1), "udp 127.0.0.1:1"),
    ("TCP://a:65535/", .tcp(host: "a", port: 65_535), "tcp a:65535"),
    ("tcp://[::1]:5000", .tcp(host: "::1", port: 5000), "tcp [::1]:5000"),
    ("udp://[fe80::1%2]:9", .udp(host: "fe80::1%2", port: 9), "udp [fe80::1%2]:9"),
    ("unix:/run/echo.sock", .unix(path: "/run/echo.sock"), "unix /run/echo.sock"),
    ("unix:///run/echo.sock", .unix(path: "/run/echo.sock"), "unix /run/echo.sock"),
    ("unix:here.sock", .unix(path: "here.sock"), "unix here.sock"),
    ("unix:a:b", .unix(path: "a:b"), "unix a:b"),
  ]

  @Test("An endpoint is read from its URL and named for people", arguments: endpoints)
  func endpoint(url: String, endpoint: Endpoint, text: String) throws {
    #expect(try Endpoint(url: url) == endpoint)
    #expect(endpoint.description == text)
  }

  static let badEndpoints: [(String, Endpoint.ParseError)] = [
    ("", .unknownScheme("")), ("localhost", .unknownScheme("localhost")), ("host:5000", .unknownScheme("host:5000")),
    ("http://a:80", .unknownScheme("http://a:80")), ("tcp:a:80", .unknownScheme("tcp:a:80")), ("tcp://", .missingHost),
    ("tcp://:80", .missingHost), ("tcp://[]:80", .missingHost), ("tcp://[::1", .missingHost),
    ("tcp://a", .missingPort), ("tcp://[::1]", .missingPort), ("tcp://[::1]80", .missingPort),
    ("tcp://a:", .badPort("")), ("tcp://a:0", .badPort("0")), ("tcp://a:65536", .badPort("65536")),
    ("tcp://a:-1", .badPort("-1")), ("tcp://a:+1", .badPort("+1")), ("tcp://a:abc", .badPort("abc")),
    ("tcp://a: 1", .badPort(" 1")), ("tcp://[[::1]:80", .missingHost), ("tcp://a]:80", .missingHost),
    ("tcp://::1:80", .missingHost), ("tcp://fe80::1:80", .badPort(":1:80")),
    ("unix:", .missingPath), ("unix://", .missingPath),
  ]

  @Test("A text that is no endpoint says why", arguments: badEndpoints)
  func badEndpoint(url: String, error: Endpoint.ParseError) {
    #expect(throws: error) { try Endpoint(url: url) }
  }
}
