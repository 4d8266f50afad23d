import ArgumentParser
import Testing
import Wire

@testable import EchoApp

/// The limits that SECURITY.md and the README promise to whoever sets none.
@Suite struct DefaultsTests {
  @Test("A server's limits")
  func server() throws {
    let limits = try ServerProgram.parse(["0"]).serverConfiguration.limits
    #expect(limits.messageBytes == 1 << 20)
    #expect(limits.unfinishedBytes == 64 << 20)
    #expect(limits.connections == 10_000)
    #expect(limits.idleSeconds == nil)
    #expect(limits.queuedBytes == 256 << 10)
    #expect(limits.stallSeconds == 30)
    #expect(ReplyLimiter.limit == 1000)
  }

  @Test("Unfinished messages may hold as much as the longest message where that is more")
  func longMessages() throws {
    let limits = try ServerProgram.parse(["0", "--max-message", "\(100 << 20)"]).serverConfiguration.limits
    #expect(limits.unfinishedBytes == 100 << 20)
  }

  @Test("What a view remembers")
  func view() throws {
    let program = try ServerProgram.parse(["0"])
    #expect(program.history == 100_000)
    #expect(program.historyBytes == 64 << 20)
  }

  @Test("Where a server listens, and whom it obeys")
  func reach() throws {
    let configuration = try ServerProgram.parse(["0"]).serverConfiguration
    #expect(configuration.hosts == [])
    #expect(configuration.unixPath == nil)
    #expect(configuration.stopPolicy == .local)
    #expect(configuration.reply == .ok)
    #expect(configuration.framing == .line)
  }

  @Test("A client's patience")
  func client() throws {
    #expect(try ClientProgram.parse(["127.0.0.1", "5000"]).timeout == 5)
  }
}
