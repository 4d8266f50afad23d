import Glibc
import TestKit
import Testing

@testable import Terminal

@Suite("The file of what the user entered")
struct HistoryFileTests {
  private let home: TemporaryDirectory
  private let history: HistoryFile

  init() throws {
    home = try TemporaryDirectory()
    history = HistoryFile(folder: "\(home.path)/a/b/echo")
  }

  private func put(_ bytes: [UInt8]) throws {
    try history.append("first")
    let file = try #require(fopen(history.path, "w"))
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  private func mode(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(lstat(path, &status) == 0)
    return status.st_mode
  }

  private func contents() throws -> [UInt8] { try Repository.bytes(at: history.path) }

  private func error(_ body: () throws(OutputFileError) -> Void) -> String? {
    do throws(OutputFileError) {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("is where the XDG Base Directory Specification has it")
  func place() {
    func folder(_ variables: [String: String]) -> String? { HistoryFile { variables[$0] }?.folder }
    #expect(folder(["XDG_STATE_HOME": "/state", "HOME": "/home"]) == "/state/echo")
    #expect(folder(["XDG_STATE_HOME": "relative", "HOME": "/home"]) == "/home/.local/state/echo")
    #expect(folder(["HOME": "/home"]) == "/home/.local/state/echo")
    #expect(folder(["HOME": "relative"]) == nil && folder([:]) == nil)
  }

  @Test("is made with its folders when there is something to keep, for the user alone")
  func new() throws {
    #expect(try history.read() == [])
    #expect(access(history.folder, F_OK) != 0)
    try history.append("one")
    try history.append("two\nlines, a \\ and \u{1b}")
    #expect(try history.read() == ["one", "two\nlines, a \\ and \u{1b}"])
    #expect(try contents() == Array("one\ntwo\\nlines, a \\\\ and \\e\n".utf8))
    #expect(try mode(history.path) == S_IFREG | 0o600)
    for folder in ["a", "a/b", "a/b/echo"] { #expect(try mode("\(home.path)/\(folder)") == S_IFDIR | 0o700) }
  }

  @Test("is closed to others if it was open to them")
  func closed() throws {
    try history.append("one")
    chmod(history.path, 0o644)
    #expect(try history.read() == ["one"])
    #expect(try mode(history.path) == S_IFREG | 0o600)
  }

  @Test("gives only what is an entry, whatever bytes it holds")
  func damaged() throws {
    try put(
      Array("good\n\n\\q no escape\n\\xff no text\n".utf8) + [0xff, 0xfe, 0x0a, 0x00, 0x0a]
        + Array("\\u{d800}\nlast".utf8)
    )
    #expect(try history.read() == ["good", "\0", "last"])
    try history.append("after a line without an end")
    #expect(try history.read() == ["good", "\0", "last", "after a line without an end"])
  }

  @Test("is harmless when it holds anything at all", arguments: 0..<50)
  func random(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let alphabet = Array("\\x0u{}n\n\na".utf8) + [0xe6, 0x97, 0xa5, 0xff]
    try put((0..<Int.random(in: 0..<4000, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 })
    let before = try history.read()
    try history.append("new")
    #expect(try history.read() == (before + ["new"]).suffix(1000))
  }

  @Test("is read from its end, however long it is, and made short again")
  func long() throws {
    let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
    try put(Array((0..<3000).map { _ in line }.joined()) + Array("end\n".utf8))
    let entries = try history.read()
    #expect(entries.count == 1000 && entries.last == "end")
    #expect(try contents().count < 1 << 20)
    #expect(try mode(history.path) == S_IFREG | 0o600)
    #expect(try history.read().last == "end")
    try put([UInt8](repeating: 0x61, count: 3 << 20))
    #expect(try history.read() == [])
    #expect(try contents() == [])
  }

  @Test("keeps the newest entries when too many have come, and stays below its bound")
  func bounds() throws {
    try put(Array((0..<2500).map { "\($0)\n" }.joined().utf8))
    #expect(try history.read() == (1500..<2500).map(String.init))
    #expect(try contents().count { $0 == 0x0a } == 1000)
    let text = String(repeating: "x", count: 60_000)
    for number in 0..<40 {
      try history.append("\(number) \(text)")
      #expect(try contents().count <= HistoryFile.byteLimit)
    }
    let entries = try history.read()
    #expect(entries.last?.prefix(2) == "39" && entries.count >= 8)
  }

  @Test("does not keep an entry that would push out all others")
  func hugeEntry() throws {
    try history.append("one")
    try history.append(String(repeating: "\0", count: 40_000))
    #expect(try history.read() == ["one"])
  }

  @Test("is never reached through a symbolic link, and is no pipe, folder or device")
  func unsuitable() throws {
    try history.append("one")
    let other = "\(home.path)/other"
    rename(history.path, other)
    symlink(other, history.path)
    let linked = "cannot write \(history.path): it is a symbolic link, and none is followed"
    #expect(error { () throws(OutputFileError) in try history.append("two") } == linked)
    #expect(error { () throws(OutputFileError) in _ = try history.read() } == linked)
    unlink(history.path)
    mkfifo(history.path, 0o600)
    #expect(error { () throws(OutputFileError) in _ = try history.read() }?.hasSuffix("no regular file") == true)
    #expect(error { () throws(OutputFileError) in try history.append("two") }?.hasSuffix("no regular file") == true)
    unlink(history.path)
    mkdir(history.path, 0o700)
    #expect(error { () throws(OutputFileError) in try history.append("two") }?.hasSuffix("a folder") == true)
    rmdir(history.path)
    rename(history.folder, "\(home.path)/moved")
    symlink("\(home.path)/moved", history.folder)
    #expect(error { () throws(OutputFileError) in try history.append("two") }?.contains("symbolic link") == true)
    #expect(try Repository.bytes(at: other) == Array("one\n".utf8))
  }

  @Test("says why its folder can't be made")
  func noFolder() throws {
    let file = HistoryFile(folder: "/proc/nowhere/echo")
    #expect(try file.read() == [])
    let reason = error { () throws(OutputFileError) in try file.append("one") }
    #expect(reason == "cannot write /proc/nowhere/echo: the folder does not exist")
  }

  @Test("keeps the entries of all who append to it at once, while it is made short again and again")
  func concurrent() throws {
    let text = String(repeating: "x", count: 30_000)
    let history = history
    let threads = (0..<4).map { thread in
      BackgroundThread {
        for number in 0..<30 { try? history.append("\(thread) \(number) \(text)") }
      }
    }
    for thread in threads { thread.join() }
    let entries = try history.read()
    // What is there of each came in its order, and nothing between is missing.
    for thread in 0..<4 {
      let numbers = entries.compactMap { entry -> Int? in
        let words = entry.split(separator: " ")
        return words[0] == "\(thread)" ? Int(words[1]) : nil
      }
      #expect(numbers == numbers.last.map { Array(($0 - numbers.count + 1)...$0) } ?? [])
      if !numbers.isEmpty { #expect(numbers.last == 29) }
    }
  }
}
