import Measuring

/// Comparisons as the rows of a table, for a terminal and for Markdown alike.
protocol ComparisonReport {
  var header: String { get }
  /// Ours is the first of the programs, what the others are compared with the second.
  func rows(_ comparison: Comparison, of contenders: [Contender]) -> [String]
}

/// A row a program, with all that is known of it.
struct Report: ComparisonReport {
  enum Column: String {
    case rate = "rate /s"
    case busy
    case processor = "CPU ns/msg"
    case processorPerByte = "CPU ns/B"
    case median = "p50 µs"
    case percentile99 = "p99 µs"
    case percentile999 = "p99.9 µs"
    case lost
    case rateRatio = "rate ratio"
    case processorRatio = "CPU ratio"
  }

  static let comparison: [Column] = [
    .rate, .busy, .processor, .median, .percentile99, .percentile999, .lost, .rateRatio, .processorRatio,
  ]
  static let growth: [Column] = [
    .rate, .busy, .processor, .processorPerByte, .percentile99, .rateRatio, .processorRatio,
  ]

  let columns: [Column]

  var header: String {
    Table.header(words: ["workload", "program"], numbers: columns.map(\.rawValue), lastWords: ["asked"])
  }

  /// The first one names the workload.
  func rows(_ comparison: Comparison, of contenders: [Contender]) -> [String] {
    contenders.indices.filter { index in
      comparison.hasRun(of: contenders[index]) || contenders[index].isMissed(for: comparison.workload)
    }.map { index in
      let row = Row(
        comparison: comparison,
        contender: contenders[index],
        reference: index == 1 ? nil : contenders[1]
      )
      let cells = row.words.map { words in [words] + columns.dropFirst().map { _ in "" } } ?? columns.map(row.cell)
      let names = [index == 0 ? comparison.workload.name : "", row.contender.name]
      return Table.row(names + cells + [index == 0 ? comparison.workload.asked : ""])
    }
  }
}

/// A row a workload, a column a program: its rate, and the processor time of a message.
struct PeerReport: ComparisonReport {
  let contenders: [Contender]

  var header: String {
    Table.header(words: ["rate /s · CPU ns/msg"], numbers: contenders.map(\.name))
  }

  func rows(_ comparison: Comparison, of contenders: [Contender]) -> [String] {
    let cells = contenders.map { contender in
      let row = Row(comparison: comparison, contender: contender, reference: nil)
      guard comparison.hasRun(of: contender) || contender.isMissed(for: comparison.workload) else { return "" }
      return row.words ?? "\(row.cell(.rate)) · \(row.cell(.processor))"
    }
    return [Table.row([comparison.workload.name] + cells)]
  }
}

/// What is said of one program under one workload.
private struct Row {
  let comparison: Comparison
  let contender: Contender
  let reference: Contender?

  private var workload: Workload { comparison.workload }

  /// What is said where there is no rate.
  var words: String? {
    if !contender.isThere { return "not there" }
    if let reason = comparison.failure(of: contender) {
      return "failed: " + String(reason.map { $0 == "\n" || $0 == "|" ? " " : $0 })
    }
    let input = workload.inputBytes >> 20
    return switch workload.subject {
    case .server: workload.load.mode == .idle ? "\(figure("bytes_a_connection")) B a connection" : nil
    case .clientSpeed: nil
    case .clientMemory:
      "\(mebibytes("memory")) MiB at \(input) MiB, \(mebibytes("tenfold_memory")) MiB at \(input * 10) MiB"
    }
  }

  func cell(_ column: Report.Column) -> String {
    switch column {
    case .rate: figure(Figure.rate)
    case .busy: figure(Figure.busy, 2)
    case .processor: figure(Figure.processor)
    case .processorPerByte: figure(Figure.processor, dividedBy: Double(workload.load.size), 2)
    case .median: figure("p50_us")
    case .percentile99: figure("p99_us")
    case .percentile999: figure("p999_us")
    case .lost: workload.load.transport == .udp ? figure("lost_share", dividedBy: 0.01, 3) + " %" : ""
    case .rateRatio: reference.map { comparison.rateRatio(of: contender, to: $0)?.text ?? "–" } ?? ""
    case .processorRatio: reference.map { comparison.ratio(Figure.processor, of: contender, to: $0)?.text ?? "–" } ?? ""
    }
  }

  private func figure(_ name: String, dividedBy unit: Double = 1, _ digits: Int = 0) -> String {
    comparison.median(name, of: contender).map { Table.number($0 / unit, digits) } ?? "–"
  }

  private func mebibytes(_ name: String) -> String { figure(name, dividedBy: Double(1 << 20), 1) }
}
