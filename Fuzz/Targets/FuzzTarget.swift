/// The parsers of foreign bytes, each with a property that has to hold of every input.
enum FuzzTarget: String, CaseIterable {
  case address
  case clientLog = "client_log"
  case endpoint
  case filter
  case framer
  case json
  case jsonLine = "json_line"
  case keys
  case messageLog = "message_log"
  case monitor
  case outgoing
  case pattern
  case printable
  case recording
  case request
  case search
  case streamOpening = "stream_opening"

  static let current: FuzzTarget = {
    let name = CommandLine.arguments[0].split(separator: "/").last.map { String($0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      fatalError("\(name) is no target; a symbolic link's name chooses of: \(allCases.map(\.rawValue))")
    }
    return target
  }()

  func run(_ bytes: [UInt8]) {
    switch self {
    case .address: AddressTarget.run(bytes)
    case .clientLog: ClientLogTarget.run(bytes)
    case .endpoint: EndpointTarget.run(bytes)
    case .filter: FilterTarget.run(bytes)
    case .framer: FramerTarget.run(bytes)
    case .json: JSONTarget.run(bytes)
    case .jsonLine: JSONLineTarget.run(bytes)
    case .keys: KeysTarget.run(bytes)
    case .messageLog: MessageLogTarget.run(bytes)
    case .monitor: MonitorTarget.run(bytes)
    case .outgoing: OutgoingTarget.run(bytes)
    case .pattern: PatternTarget.run(bytes)
    case .printable: PrintableTarget.run(bytes)
    case .recording: RecordingTarget.run(bytes)
    case .request: RequestTarget.run(bytes)
    case .search: SearchTarget.run(bytes)
    case .streamOpening: StreamOpeningTarget.run(bytes)
    }
  }
}

/// Ends the program, so that libFuzzer keeps the input, where a property does not hold.
func require(
  _ holds: Bool,
  _ property: @autoclosure () -> String,
  file: StaticString = #fileID,
  line: UInt = #line
) {
  guard holds else { fatalError(property(), file: file, line: line) }
}
