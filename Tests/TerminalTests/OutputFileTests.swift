import Glibc
import Terminal
import TestKit
import Testing

@Suite("A file that the user asked for")
struct OutputFileTests {
  private let folder: TemporaryDirectory
  private let path: String

  init() throws {
    folder = try TemporaryDirectory()
    path = "\(folder.path)/saved.txt"
  }

  private func put(_ text: String, at path: String) throws {
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
  }

  /// What a file holds; nil if there is none.
  private func contents(of path: String) -> String? {
    (try? Repository.bytes(at: path)).map { String(decoding: $0, as: UTF8.self) }
  }

  private var names: [String] { folder.names }

  private func status(of path: String) throws -> stat {
    var status = stat()
    try #require(lstat(path, &status) == 0)
    return status
  }

  private func error(path: String, isOverwriting: Bool = false, home: String? = nil) -> String? {
    do throws(OutputFileError) {
      _ = try OutputFile(path: path, isOverwriting: isOverwriting, home: home)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("is new, the user's alone, and holds what was written", arguments: [false, true])
  func new(isOverwriting: Bool) throws {
    var file = try OutputFile(path: path, isOverwriting: isOverwriting)
    try file.write(Array("one ".utf8))
    try file.write("two".utf8)
    #expect(file.byteCount == 7)
    #expect(try file.finish() == 7)
    #expect(contents(of: path) == "one two")
    #expect(try status(of: path).st_mode == S_IFREG | 0o600)
    #expect(names == ["saved.txt"])
  }

  @Test("is removed when it is not finished")
  func abandoned() throws {
    do {
      var file = try OutputFile(path: path, isOverwriting: false)
      try file.write("half".utf8)
      #expect(names == ["saved.txt"])
    }
    #expect(names == [])
  }

  @Test("is not finished, and not removed, when another one has taken its name")
  func replaced() throws {
    var file = try OutputFile(path: path, isOverwriting: false)
    try file.write("half".utf8)
    unlink(path)
    try put("another's", at: path)
    do throws(OutputFileError) {
      _ = try file.finish()
      Issue.record("finished as another file")
    } catch {
      #expect("\(error)" == "cannot write \(path): it was changed meanwhile")
    }
    #expect(contents(of: path) == "another's")
  }

  @Test("replaces none that is there unless told to")
  func existing() throws {
    try put("old", at: path)
    #expect(throws: OutputFileError.exists(path: path)) { _ = try OutputFile(path: path, isOverwriting: false) }
    #expect(contents(of: path) == "old")
  }

  @Test("replaces an old one only when it is whole, and as a new file")
  func overwriting() throws {
    try put("old", at: path)
    chmod(path, 0o644)
    try put("", at: "\(folder.path)/another")
    link(path, "\(folder.path)/linked")
    var file = try OutputFile(path: path, isOverwriting: true)
    try file.write("new".utf8)
    #expect(contents(of: path) == "old")
    #expect(try file.finish() == 3)
    #expect(contents(of: path) == "new")
    #expect(contents(of: "\(folder.path)/linked") == "old")
    #expect(try status(of: path).st_mode == S_IFREG | 0o600)
    #expect(names == ["another", "linked", "saved.txt"])
  }

  @Test("is whole under its name when the old one went away meanwhile")
  func oldOneRemoved() throws {
    try put("old", at: path)
    var file = try OutputFile(path: path, isOverwriting: true)
    try file.write("new".utf8)
    unlink(path)
    #expect(try file.finish() == 3)
    #expect(contents(of: path) == "new")
    #expect(names == ["saved.txt"])
  }

  @Test("leaves the old one when it is abandoned, and nothing else")
  func overwritingAbandoned() throws {
    try put("old", at: path)
    do {
      var file = try OutputFile(path: path, isOverwriting: true)
      try file.write("new".utf8)
      #expect(names.count == 2)
    }
    #expect(names == ["saved.txt"])
    #expect(contents(of: path) == "old")
  }

  @Test("follows no symbolic link, to a file or to nowhere", arguments: [false, true], ["target", "nowhere"])
  func symbolicLink(isOverwriting: Bool, target: String) throws {
    try put("kept", at: "\(folder.path)/target")
    symlink("\(folder.path)/\(target)", path)
    let words = "cannot write \(path): it is a symbolic link, and none is followed"
    #expect(error(path: path, isOverwriting: isOverwriting) == words)
    #expect(contents(of: "\(folder.path)/target") == "kept")
    #expect(names == ["saved.txt", "target"])
  }

  @Test("does not follow a link that took the old one's place meanwhile")
  func linkedMeanwhile() throws {
    try put("kept", at: "\(folder.path)/target")
    try put("old", at: path)
    var file = try OutputFile(path: path, isOverwriting: true)
    try file.write("new".utf8)
    unlink(path)
    symlink("\(folder.path)/target", path)
    do throws(OutputFileError) {
      _ = try file.finish()
      Issue.record("finished through a link")
    } catch {
      #expect("\(error)" == "cannot write \(path): it is a symbolic link, and none is followed")
    }
    #expect(contents(of: "\(folder.path)/target") == "kept")
    #expect(names == ["saved.txt", "target"])
  }

  @Test("is no folder, pipe or device", arguments: [false, true])
  func otherKinds(isOverwriting: Bool) throws {
    #expect(error(path: folder.path, isOverwriting: isOverwriting) == "cannot write \(folder.path): it is a folder")
    mkfifo(path, 0o600)
    #expect(error(path: path, isOverwriting: isOverwriting) == "cannot write \(path): it is no regular file")
    #expect(error(path: "/dev/full", isOverwriting: isOverwriting) == "cannot write /dev/full: it is no regular file")
  }

  @Test(
    "says what is wrong with a path",
    arguments: [
      ("", "cannot write a file: no name is given"),
      ("/", "cannot write /: it is a folder"),
      ("/tmp/..", "cannot write /tmp/..: it is a folder"),
      ("/tmp/nothing-there/file", "cannot write /tmp/nothing-there/file: the folder does not exist"),
      ("/dev/null/file", "cannot write /dev/null/file: open: Not a directory"),
      ("/tmp/a\0b", "cannot write /tmp/a\\0b: a name cannot hold a NUL"),
      ("/nowhere\u{1B}[31m/b", "cannot write /nowhere\\e[31m/b: the folder does not exist"),
      ("~/file", "cannot write ~/file: HOME is not set"),
      (
        "/tmp/" + String(repeating: "x", count: 300),
        "cannot write /tmp/\(String(repeating: "x", count: 300)): stat: File name too long"
      ),
    ]
  )
  func wrongPaths(path: String, words: String) {
    #expect(error(path: path) == words)
  }

  @Test("takes a leading ~/ for the home folder, and no other ~")
  func home() throws {
    let file = try OutputFile(path: "~/saved.txt", isOverwriting: false, home: folder.path)
    #expect(try file.finish() == 0)
    let other = try OutputFile(path: "\(folder.path)/~", isOverwriting: false, home: "/nowhere")
    #expect(try other.finish() == 0)
    #expect(names == ["saved.txt", "~"])
  }

  @Test("is written where the user may write only", .disabled(if: geteuid() == 0, "root may write anywhere"))
  func notPermitted() {
    #expect(error(path: "/etc/echo-test") == "cannot write /etc/echo-test: not permitted")
  }
}
