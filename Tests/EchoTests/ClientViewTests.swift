import Echo
import Screen
import Testing
import Wire

@Suite("The client's pictures")
struct ClientViewTests {
  func picture(_ columns: Int, _ rows: Int) -> [String] {
    ClientScript.session(size: Size(columns: columns, rows: rows)).rows
  }

  @Test("80x24")
  func ordinary() {
    let log = [
      " tcp 127.0.0.1:9000  UP 00:00:15  rtt 12.3ms                    client  F1 help",
      " 15:47:58.004 --                   connected from 127.0.0.1:50172",
      " 15:48:05.123 >ok      12B  0.41ms hello world",
      " 15:48:11.090 >ok      17B  12.3ms what time is it?",
      " 15:48:11.090 <        19B         \\e]0;title\\x07 noon\\u{202e}",
      " 15:48:11.512 >T/O      6B   >5.0s ping?",
      " 15:48:13.021 >wait    10B         日本語",
    ]
    let bars = [
      " > 4  45B  0/s  < 2  22B  0/s  pend 1  T/O 1  err 0                    █     █",
      " FOLLOW  12B                                                       framing line",
      "> half a mess",
      " Enter send  Up history  PgUp log  M-End newest  Tab detail  F1 help  ^D quit",
    ]
    #expect(picture(80, 24) == log + [String](repeating: "", count: 13) + bars)
  }

  @Test("140x40 has the totals beside the log")
  func wide() {
    let rows = picture(140, 40)
    let side = rows.compactMap { $0.split(separator: "│ ").count > 1 ? String($0.split(separator: "│ ")[1]) : nil }
    #expect(
      side == [
        "> 4 msg  45B  < 2 msg  22B", "> /s         ▄     █      0     peak 2",
        "< /s         █     █      0     peak 1", "           p50     p95     p99     max",
        "rtt      412us    12ms    12ms    12ms", "rtt last 12ms  pend 1  queued 0",
        "T/O 1  late 0  in doubt 0  err 0", "round trips, by powers of two", "██             ██",
        "██             ██", "██             ██", "██             ██", "██             ██", "██             ██",
        "██             ██", "██             ██", "262us 1.0ms 4.2ms",
      ]
    )
    #expect(rows[2].hasPrefix(" 15:48:05.123 >ok      12B  0.41ms hello world"))
    #expect(rows[38] == "> half a mess" && rows[36].hasPrefix(" > 4  45B  0/s  < 2  22B  0/s  pend 1  T/O 1  err 0"))
  }

  @Test("40x10 keeps the list and the input")
  func small() {
    #expect(
      picture(40, 10) == [
        " tcp 127.0.0.1:9000  UP  rtt 12.3ms", " 47:58 --           connected from 127.~",
        " 48:05 >ok      12B hello world", " 48:11 >ok      17B what time is it?",
        " 48:11 <        19B \\e]0;title\\x07 noon~", " 48:11 >T/O      6B ping?", " 48:13 >wait    10B 日本語", "",
        " FOLLOW  12B  pend 1  T/O 1", "> half a mess",
      ]
    )
  }

  @Test("20x4, and below it a row of counters")
  func smallest() {
    #expect(picture(20, 4) == [" UP  rtt 12.3ms", " >wait 日本語", " FOLLOW  12B  T/O 1", "> half a mess"])
    #expect(picture(12, 3) == [">4 <2 T/O 1", " >wait 日本~", "> ~ mess"])
    #expect(picture(12, 2) == [">4 <2 T/O 1", "> ~ mess"])
    #expect(picture(5, 1).count == 1)
  }

  @Test("the cursor stands in the input, and the input grows with its lines to a third of the height")
  func input() {
    #expect(ClientScript.session(size: Size(columns: 80, rows: 24)).model.view().cursor == Point(column: 13, row: 22))
    var script = ClientScript(framing: .nul, size: Size(columns: 60, rows: 12))
    script.connect()
    for line in 1...9 {
      script.type("line \(line)")
      script.key(Key(.enter, .meta))
    }
    #expect(script.rows.suffix(4) == ["> line 7", "  line 8", "  line 9", ""])
    #expect(script.model.view().cursor == Point(column: 2, row: 11))
  }

  @Test("a fresh screen says what to do")
  func welcome() {
    var script = ClientScript()
    script.connect()
    #expect(script.shows("type a message, Enter sends it"))
    script.enter("x")
    script.sent(1, 2)
    #expect(!script.shows("type a message"))
  }

  @Test("every size draws", arguments: [1, 2, 3, 4, 5, 9, 16, 20, 500])
  func everySize(rows: Int) {
    for columns in [0, 1, 2, 3, 7, 8, 19, 20, 21, 40, 59, 60, 110, 1000] {
      var script = ClientScript.session(size: Size(columns: columns, rows: rows))
      #expect(script.model.view().cells.count == columns * rows)
      script.give(.input(.paste([0x61, 0x0a, 0x62])))
      #expect(script.model.view().cells.count == columns * rows)
      script.key(.character("n"), Key(.function(1)))
      #expect(script.model.view().cells.count == columns * rows)
    }
  }
}
