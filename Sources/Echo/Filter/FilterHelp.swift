import Screen

/// The filter language in a help screen.
enum FilterHelp {
  /// What a server's list has to ask about, and a client's log.
  static let server: [HelpTable.Entry] = [
    .init("from:10.0.0.0/8", "the peer's address"),
    .init("port:5000 conn:12", "its port; one connection"),
    .init("proto:udp len>100", "transport; bytes on the wire, < <= = >= too"),
    .init("is:ctl is:badutf8", "what it holds; is:bidi is:hostile too"),
    .init("is:trunc is:partial", "what became of it; is:stop is:answered too"),
  ]
  static let client: [HelpTable.Entry] = [
    .init("is:sent is:received", "by direction"),
    .init("is:answered is:late", "what became of it; is:unanswered too"),
    .init("len>100", "bytes on the wire, < <= = >= too"),
    .init("is:ctl is:badutf8", "what it holds; is:bidi is:hostile too"),
  ]

  static func entries(messages: [HelpTable.Entry]) -> [HelpTable.Entry] {
    [
      .heading("Filters"),
      .init("text \"two words\"", "in the message; lower case matches both"),
      .init("/re/ hex:1b5b", "a regular expression; bytes"),
    ] + messages + [
      .init("is:event is:error", "connections and losses; what went wrong"),
      .init("a b  a | b  !a  (a)", "and, or, not"),
    ]
  }
}
