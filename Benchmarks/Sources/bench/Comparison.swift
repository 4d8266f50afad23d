import Measuring

/// The runs of one workload, program by program, in interleaved rounds.
struct Comparison {
  let workload: Workload
  private var rounds: [String: [Figures]] = [:]
  private var failures: [String: String] = [:]

  init(_ workload: Workload) { self.workload = workload }

  mutating func add(_ figures: Figures, of contender: Contender) { rounds[contender.name, default: []].append(figures) }

  /// It takes no part any more.
  mutating func fail(_ contender: Contender, _ reason: String) { failures[contender.name] = reason }

  func failure(of contender: Contender) -> String? { failures[contender.name] }

  func hasRun(of contender: Contender) -> Bool { rounds[contender.name] != nil || failures[contender.name] != nil }

  /// The median of a figure over a program's runs.
  func median(_ figure: String, of contender: Contender) -> Double? {
    rounds[contender.name, default: []].compactMap { $0[figure] }.median
  }

  /// Of the rounds' ratios, each of two runs that came one after the other.
  func ratio(_ figure: String, of contender: Contender, to reference: Contender) -> Ratio? {
    Ratio(figure, of: rounds[contender.name, default: []], to: rounds[reference.name, default: []])
  }

  /// The ratio of rates, where neither waited for its load: a rate is the load's where what is measured idles. The time of a
  /// program with a process a connection is not seen.
  func rateRatio(of contender: Contender, to reference: Contender) -> Ratio? {
    let isLimited = [contender, reference].contains { (median(Figure.busy, of: $0) ?? 1) < Comparison.leastBusy }
    return isLimited ? nil : ratio(Figure.rate, of: contender, to: reference)
  }

  private static let leastBusy = 0.95

  /// Whether the rounds don't agree on which side of a target it is.
  func isUndecided(_ contender: Contender, to reference: Contender) -> Bool {
    rateRatio(of: contender, to: reference)?.spans(workload.rateTarget) ?? false
      || ratio(Figure.processor, of: contender, to: reference)?.spans(workload.processorTarget) ?? false
  }
}
