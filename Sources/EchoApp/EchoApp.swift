/// The programs, each from its start to its end.
package enum EchoApp {
  package static func server() -> Never { ServerProgram.start() }

  package static func client() -> Never { ClientProgram.start() }

  package static func monitor() -> Never { MonitorProgram.start() }
}
