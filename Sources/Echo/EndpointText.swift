import Screen
package import Wire

extension Endpoint {
  /// The endpoint as it may be shown: `unix /tmp/a\e[31m`.
  package var text: String { Printable.text(description.utf8) }

  /// The endpoint as it is, without its transport: `127.0.0.1:5000`.
  var addressText: String {
    // In bytes: a path may begin with what makes one character with the blank before it.
    String(decoding: description.utf8.dropFirst(transport.rawValue.utf8.count + 1), as: UTF8.self)
  }
}
