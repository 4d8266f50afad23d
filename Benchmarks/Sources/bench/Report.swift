/// Comparisons as the rows of a table, for a terminal and for Markdown alike.
struct Report {
  enum Column: String {
    case rate = "rate /s"
    case processor = "CPU ns/msg"
    case processorPerByte = "CPU ns/B"
    case median = "p50 µs"
    case percentile99 = "p99 µs"
    case percentile999 = "p99.9 µs"
    case rateRatio = "rate ratio"
    case processorRatio = "CPU ratio"
    case asked
  }

  static let comparison: [Column] = [
    .rate, .processor, .median, .percentile99, .percentile999, .rateRatio, .processorRatio, .asked,
  ]
  static let growth: [Column] = [.rate, .processor, .processorPerByte, .rateRatio, .processorRatio]

  let columns: [Column]

  var header: String {
    let titles = ["workload", "program"] + columns.map(\.rawValue)
    let rules = ["---", "---"] + columns.map { $0 == .asked ? "---" : "---:" }
    return Report.row(titles) + "\n" + Report.row(rules)
  }

  /// A row a program: ours is the first and names the workload, the second is what the others are compared with.
  func rows(_ comparison: Comparison, of contenders: [Contender]) -> [String] {
    contenders.indices.filter { index in
      comparison.hasTrial(of: contenders[index]) || contenders[index].isMissed(for: comparison.workload)
    }.map { index in
      let row = Row(
        comparison: comparison,
        contender: contenders[index],
        isOurs: index == 0,
        reference: index == 1 ? nil : contenders[1]
      )
      let cells = row.words.map { words in [words] + columns.dropFirst().map { _ in "" } } ?? columns.map(row.cell)
      return Report.row([index == 0 ? comparison.workload.name : "", row.contender.name] + cells)
    }
  }

  private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  /// A number with so many digits after the point, and with commas between thousands.
  static func text(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((value * scale).rounded())
    var text = "\(whole.magnitude / UInt64(scale))"
    var place = text.count - 3
    while place > 0 {
      text.insert(",", at: text.index(text.startIndex, offsetBy: place))
      place -= 3
    }
    if digits > 0 {
      let rest = "\(whole.magnitude % UInt64(scale))"
      text += "." + String(repeating: "0", count: digits - rest.count) + rest
    }
    return (value < 0 ? "-" : "") + text
  }
}

/// What is said of one program under one workload.
private struct Row {
  let comparison: Comparison
  let contender: Contender
  let isOurs: Bool
  let reference: Contender?

  private var workload: Workload { comparison.workload }

  /// What is said where there is no rate.
  var words: String? {
    if !contender.isThere { return "not there" }
    let input = workload.inputBytes >> 20
    return switch workload.mode {
    case .steady, .accept, .file: nil
    case .idle: "\(figure("bytes_a_connection")) B a connection"
    case .memory:
      "\(mebibytes("memory")) MiB at \(input) MiB, \(mebibytes("tenfold_memory")) MiB at \(input * 10) MiB"
    }
  }

  func cell(_ column: Report.Column) -> String {
    switch column {
    case .rate: figure("rate")
    case .processor: figure(Trial.processorFigure)
    case .processorPerByte: figure(Trial.processorFigure, dividedBy: Double(workload.size), 2)
    case .median: figure("p50_us")
    case .percentile99: figure("p99_us")
    case .percentile999: figure("p999_us")
    case .rateRatio: ratio("rate")
    case .processorRatio: ratio(Trial.processorFigure)
    case .asked: isOurs ? asked : ""
    }
  }

  private func figure(_ name: String, dividedBy unit: Double = 1, _ digits: Int = 0) -> String {
    comparison.median(name, of: contender).map { Report.text($0 / unit, digits) } ?? "–"
  }

  private func mebibytes(_ name: String) -> String { figure(name, dividedBy: Double(1 << 20), 1) }

  private func ratio(_ name: String) -> String {
    guard let reference else { return "" }
    return comparison.ratio(name, of: contender, to: reference).map { Report.text($0, 2) } ?? "–"
  }

  private var asked: String {
    let parts = [
      workload.rateTarget.map { "rate ≥ \(Report.text($0, 2))" },
      workload.processorTarget.map { "CPU ≤ \(Report.text($0, 1))" },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}
