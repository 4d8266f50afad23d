/// What the filter language says to those who took it for another.
enum FilterHint {
  static let fields = ["from", "port", "conn", "proto", "is", "hex", "text"]

  static let from =
    "from: takes an address: 10.0.0.7, 127.0.0.1:5000, [::1]; or a network: 10.0.0.0/8, 127/8, fe80::/10"
  static let port = "port: takes a number up to 65535: port:50172"
  static let connection = "conn: takes a connection's number: conn:12"
  static let transport = "proto: takes tcp, udp or unix: proto:udp|tcp"
  static let trait =
    "is: takes " + FilterTrait.allCases.map(\.rawValue).joined(separator: ", ") + "; several with | between"
  static let bytes = "hex: takes whole bytes, two digits each: hex:1b5b"
  static let length = "len takes a number of bytes: len>100, len<=4K, len=7"

  /// What people may write for `len`.
  static let lengthNames = ["bytes", "size", "length"]

  static func otherLength(_ name: String) -> String {
    "there is no \(name) here; write len>100, or \"\(name)>…\" in quotes for the text"
  }

  /// What people may write for a field that has another name here.
  private static let mistaken = [
    "form": "from", "frm": "from", "src": "from", "source": "from", "host": "from", "ip": "from", "addr": "from",
    "address": "from", "peer": "from", "dst": "from", "ports": "port", "prot": "port", "con": "conn",
    "connection": "conn", "protocol": "proto", "transport": "proto", "size": "len>", "length": "len>", "bytes": "len>",
    "flag": "is", "regex": "/…/",
  ]

  static func isMistaken(_ name: String) -> Bool { mistaken[name] != nil }

  static func unknownField(_ name: String) -> String {
    let field = mistaken[name] ?? "text"
    let other = fields.contains(field) ? field + ":" : field
    return "there is no \(name): here; write \(other), or \"\(name):…\" in quotes for the text"
  }
}
