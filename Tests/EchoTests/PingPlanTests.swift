import Testing
import Wire

@testable import Echo

@Suite("What a ping sends") struct PingPlanTests {
  private func plan(
    count: Int = 10,
    size: Int? = nil,
    framing: Framing = .line,
    endpoint: Endpoint = .tcp(host: "localhost", port: 7)
  ) throws(PingPlanError) -> PingPlan {
    var configuration = ClientConfiguration(endpoint: endpoint)
    configuration.framing = framing
    return try PingPlan(
      count: count,
      intervalNanoseconds: 0,
      size: size,
      expectation: .echo,
      configuration: configuration
    )
  }

  private static let udp = Endpoint.udp(host: "localhost", port: 7)

  @Test("Each message is known again, whatever its size", arguments: [nil, 12, 13, 500] as [Int?])
  func roundTrip(size: Int?) throws {
    let plan = try plan(count: 1_000_000, size: size)
    for number in [1, 9, 10, 999_999, 1_000_000] as [UInt64] {
      let payload = plan.payload(of: number)
      #expect(payload.count == size ?? "ping \(number)".utf8.count)
      #expect(plan.number(of: payload[...]) == number)
      #expect(plan.number(of: (payload + [0x20])[...]) == nil)
      #expect(plan.number(of: payload.dropLast()) != number)
    }
  }

  @Test(
    "What can't be sent is told before anything is",
    arguments: [
      (7, nil, Framing.fixed(6), udp, PingPlanError?.none),
      (10, nil, .fixed(6), udp, .misfit(.tooLong(count: 7, limit: 6))),
      (10, 6, .line, udp, .tooSmall(least: 7)),
      (10, 7, .line, udp, nil),
      (1, 65_508, .line, udp, .misfit(.tooLong(count: 65_508, limit: 65_507))),
      (1, 65_536, .length16, .tcp(host: "localhost", port: 7), .misfit(.tooLong(count: 65_536, limit: 65_535))),
      (1, nil, .raw, .tcp(host: "localhost", port: 7), .noBorders),
      (1, nil, .raw, .unix(path: "/tmp/socket"), .noBorders),
      (1, nil, .raw, udp, nil),
    ] as [(Int, Int?, Framing, Endpoint, PingPlanError?)]
  )
  func errors(count: Int, size: Int?, framing: Framing, endpoint: Endpoint, error: PingPlanError?) throws {
    if let error {
      #expect(throws: error) { try plan(count: count, size: size, framing: framing, endpoint: endpoint) }
    } else {
      _ = try plan(count: count, size: size, framing: framing, endpoint: endpoint)
    }
  }
}
