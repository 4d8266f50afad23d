import Screen

/// Measures how many bytes a second `Printable` makes visible, for texts that are cheap and texts that are not.
let megabyte = 1 << 20

func repeated(_ text: String) -> [UInt8] { repeated(Array(text.utf8)) }

func repeated(_ part: [UInt8]) -> [UInt8] {
  Array(repeatElement(part, count: megabyte / part.count).joined())
}

let samples: [(name: String, bytes: [UInt8])] = [
  ("ASCII", repeated((0x20..<0x7F).filter { $0 != 0x5C })),
  ("ASCII in lines of 60", repeated("The quick brown fox jumps over the lazy dog, and once more.\n")),
  ("Latin, é in each word", repeated("déjà vécu, tréma naïf, été forêt. ")),
  ("Cyrillic", repeated("Съешь же ещё этих мягких французских булок ")),
  ("CJK", repeated("天地玄黃宇宙洪荒日月盈昃辰宿列張")),
  ("Hangul", repeated("키스의고유조건은입술끼리만나야하고")),
  ("emoji", repeated("😀🎉🚀🐙🍕")),
  ("emoji joined by ZWJ", repeated("👩\u{200D}👩\u{200D}👧🏽")),
  ("combining marks", repeated("e\u{301}a\u{300}\u{323}o\u{302}\u{301}\u{323}")),
  ("marks without end", repeated("\u{301}")),
  ("Devanagari", repeated("नमस्ते दुनिया ")),
  ("backslashes", repeated("\\")),
  ("NUL", repeated([0])),
  ("all C0", repeated(Array(0..<0x20))),
  ("C1 as UTF-8", repeated("\u{9B}")),
  ("0xff", repeated([0xFF])),
  ("UTF-8 cut short", repeated([0xF0, 0x9F, 0x98])),
  ("random bytes", repeated((0..<4096).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })),
  ("bidi controls", repeated("\u{202E}")),
  ("private use", repeated("\u{10FFFD}")),
]

func measure(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) -> Double {
  let clock = ContinuousClock()
  var best = Duration.seconds(1000)
  var spent = Duration.zero
  while spent < .milliseconds(300) {
    let time = clock.measure { bytes.withUnsafeBytes(body) }
    best = min(best, time)
    spent += time
  }
  return Double(bytes.count) / (best / .seconds(1)) / 1e6
}

func column(_ value: Double) -> String {
  let text = String(Int(value + 0.5))
  return String(repeating: " ", count: max(1, 10 - text.count)) + text
}

print("MB/s of input, the best of many    append      text   columns  oddities")
for (name, bytes) in samples {
  var output: [UInt8] = []
  output.reserveCapacity(12 * megabyte)
  let append = measure(bytes) {
    output.removeAll(keepingCapacity: true)
    Printable.append($0, to: &output)
  }
  var total = 0
  let text = measure(bytes) { total &+= Printable.text($0).utf8.count }
  let columns = measure(bytes) { total &+= Printable.columns(of: $0) }
  let oddities = measure(bytes) { total &+= Printable.oddities(of: $0).hidden }
  let label = name + String(repeating: " ", count: 30 - name.count)
  print(label + column(append) + column(text) + column(columns) + column(oddities), total == 0 ? " " : "")
}
