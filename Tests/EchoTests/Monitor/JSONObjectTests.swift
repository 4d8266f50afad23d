import Screen
import TestKit
import Testing

@testable import Echo

/// The one reader of JSON that comes from elsewhere: it takes what RFC 8259 allows and nothing else.
@Suite struct JSONObjectTests {
  private func withObject<Result>(_ text: String, _ body: (JSONObject) -> Result) throws -> Result {
    try Array(text.utf8).withUnsafeBytes { bytes in
      var object = JSONObject()
      try object.read(bytes)
      return body(object)
    }
  }

  private func problem(_ text: String) -> JSONProblem? {
    do {
      try withObject(text) { _ in }
      return nil
    } catch {
      return error as? JSONProblem
    }
  }

  private func copy(_ text: String) throws -> String {
    try withObject(text) { object in
      var output: [UInt8] = []
      object.append(to: &output)
      return String(decoding: output, as: UTF8.self)
    }
  }

  @Test("Members are read by their names, each as what it is")
  func members() throws {
    let text = #"""
       { "a" : "x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é" , "n":18446744073709551615,"big":18446744073709551616, "m":-1,
       "f":1.5e+3,"t":true,"no":false,"z":null,"o":{"b":[1,{"c":2}]},"l":[{"d":3},{"d":4}] }
      """#
    try withObject(text) { object in
      #expect(object.string("a") == "x\"\\/\u{8}\u{C}\n\r\té😀é")
      #expect(object.count("n") == .max)
      #expect(object.count("big") == nil && object.count("m") == nil && object.count("f") == nil)
      #expect(object["big"] != nil && object["m"] != nil && object["f"] != nil)
      #expect(object.isSet("t") && !object.isSet("no") && object["no"] == .flag(false) && object["z"] == .null)
      #expect(object.object("o")?.objects("b") == nil)
      #expect(object.objects("l")?.map { $0.count("d") } == [3, 4])
      #expect(object["missing"] == nil && object.string("n") == nil && object.count("a") == nil)
    }
  }

  @Test(
    "What is no object, or not one alone, is refused",
    arguments: [
      "", " ", "{", "}", "[]", "1", "null", "\"a\"", "{}{}", "{},", "{} x", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
      "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "{\"a\":01}", "{\"a\":-}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}",
      "{\"a\":+1}", "{\"a\":0x1}", "{\"a\":NaN}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":[1,]}", "{\"a\":[1}}",
      "{\"a\":\"b}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}",
      "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\u{1}\"}", "{\"a\":\"\n\"}", "{\"a\":\"\\", "{\"a\":\"\\u00",
    ]
  )
  func malformed(_ text: String) { #expect(problem(text) != nil) }

  @Test("Text that is no UTF-8 is refused")
  func illFormed() {
    for bytes in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
      var object = JSONObject()
      let line = Array("{\"a\":\"".utf8) + bytes + Array("\"}".utf8)
      #expect(throws: JSONProblem.self) { try line.withUnsafeBytes { try object.read($0) } }
    }
  }

  @Test("Depth and the number of members are bounded")
  func bounds() {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    #expect(problem(nested(JSONScanner.depthLimit - 1)) == nil)
    #expect(problem(nested(JSONScanner.depthLimit)) == .tooDeep)
    #expect(problem(nested(1_000_000)) == .tooDeep)
    let many = (0...JSONObject.memberLimit).map { "\"\($0)\":0" }.joined(separator: ",")
    #expect(problem("{\(many)}") == .tooManyMembers)
  }

  @Test("Made anew it says the same, without blanks and with nothing that acts on a terminal")
  func copied() throws {
    let text = #"{ "a" : "é\u001b[2J\u202e\/" , "n": -1.50e3,"o":{"b":[ 1 , {"c":null} ],"e":{},"l":[]},"t":true}"#
    #expect(try copy(text) == #"{"a":"é\u001b[2J\u202e/","n":-1.50e3,"o":{"b":[1,{"c":null}],"e":{},"l":[]},"t":true}"#)
    #expect(try copy("{}") == "{}")
  }

  @Test("Whatever a text is, the copy is visible text and reads as the same text")
  func hostileCopies() throws {
    for text in HostileCorpus.texts {
      var line: [UInt8] = Array("{\"a\":".utf8)
      Array(text.utf8).withUnsafeBytes { _ = JSONLine.append(string: $0, to: &line) }
      line += Array("}".utf8)
      let made = try copy(String(decoding: line, as: UTF8.self))
      #expect(VisibleText.complaint(about: made) == nil)
      #expect(try withObject(made) { $0.string("a") } == text)
    }
  }

  @Test("Bytes at random are refused or read, and never more than that")
  func noise() {
    var random = TestRandom(seed: 8259)
    let seeds = [
      #"{"event":"message","seq":1,"time":"2026-11-22T16:30:01.123456Z","peer":"127.0.0.1:53124","bytes":6,"text":"é\n"}"#,
      #"{"a":[1,{"b":"\ud83d\ude00"},null,-1.5e3],"c":true}"#,
    ]
    for round in 0..<20_000 {
      var bytes = Array(seeds[round % seeds.count].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(Array("\"\\{}[],:0eu\u{1}".utf8).randomElement(using: &random)!, at: place)
        }
      }
      bytes.withUnsafeBytes { raw in
        var object = JSONObject()
        guard (try? object.read(raw)) != nil else { return }
        #expect(JSONOutline(raw) != nil)
        var output: [UInt8] = []
        object.append(to: &output)
        #expect(VisibleText.complaint(about: String(decoding: output, as: UTF8.self)) == nil)
      }
    }
  }
}
