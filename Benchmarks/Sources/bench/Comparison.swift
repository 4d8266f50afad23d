/// The trials of one workload, program by program, in interleaved rounds.
struct Comparison {
  let workload: Workload
  private var trials: [String: [Trial]] = [:]

  init(_ workload: Workload) { self.workload = workload }

  mutating func add(_ trial: Trial, of contender: Contender) { trials[contender.name, default: []].append(trial) }

  func hasTrial(of contender: Contender) -> Bool { trials[contender.name] != nil }

  /// The median of a figure over a program's trials.
  func median(_ figure: String, of contender: Contender) -> Double? {
    Comparison.median(trials[contender.name, default: []].compactMap { $0[figure] })
  }

  /// The median of the rounds' ratios, each of two trials that came one after the other.
  func ratio(_ figure: String, of contender: Contender, to reference: Contender) -> Double? {
    let pairs = zip(trials[contender.name, default: []], trials[reference.name, default: []])
    return Comparison.median(
      pairs.compactMap { pair in
        guard let value = pair.0[figure], let other = pair.1[figure], other > 0 else { return nil }
        return value / other
      }
    )
  }

  private static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
