/// Comparisons as the rows of a table, for a terminal and for Markdown alike.
struct Report {
  static let header = """
    | workload | server | rate /s | CPU ns/msg | p50 µs | p99 µs | p99.9 µs | rate ratio | CPU ratio | asked |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
    """

  let contenders: [Contender]
  let reference: Contender

  /// A row a server; the first one names the workload.
  func rows(_ comparison: Comparison) -> [String] {
    var names = [comparison.workload.name]
    return contenders.compactMap { contender in
      let isIdle = comparison.workload.mode == .idle
      guard comparison.median(isIdle ? "bytes_a_connection" : "rate", of: contender.name) != nil else { return nil }
      defer { names = [""] }
      let cells = isIdle ? idleCells(comparison, contender) : cells(comparison, contender)
      return "| " + ([names[0], contender.name] + cells).joined(separator: " | ") + " |"
    }
  }

  private func cells(_ comparison: Comparison, _ contender: Contender) -> [String] {
    func figure(_ name: String, _ digits: Int) -> String {
      comparison.median(name, of: contender.name).map { Report.text($0, digits) } ?? "–"
    }
    func ratio(_ name: String) -> String {
      guard contender.name != reference.name else { return "" }
      return comparison.ratio(name, of: contender.name, to: reference.name).map { Report.text($0, 2) } ?? "–"
    }
    return [
      figure("rate", 0), figure("server_ns_a_message", 0), figure("p50_us", 0), figure("p99_us", 0),
      figure("p999_us", 0), ratio("rate"), ratio("server_ns_a_message"), asked(comparison, contender),
    ]
  }

  private func idleCells(_ comparison: Comparison, _ contender: Contender) -> [String] {
    let bytes = comparison.median("bytes_a_connection", of: contender.name).map { Report.text($0, 0) } ?? "–"
    return ["\(bytes) B a connection", "", "", "", "", "", "", ""]
  }

  private func asked(_ comparison: Comparison, _ contender: Contender) -> String {
    guard contender.name == contenders.first?.name else { return "" }
    let workload = comparison.workload
    let parts = [
      workload.rateTarget.map { "rate ≥ \(Report.text($0, 2))" },
      workload.processorTarget.map { "CPU ≤ \(Report.text($0, 1))" },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

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
