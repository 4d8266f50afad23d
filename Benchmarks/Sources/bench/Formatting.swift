import Measuring

/// What it costs to make a line of each message: the same load on the server with its output to /dev/null and without.
struct Formatting {
  static let header = Table.header(
    words: ["lines of 100 B as"],
    numbers: ["CPU ns/msg", "without output", "a line costs ns"],
    lastWords: ["asked"]
  )

  let server: Contender
  let seconds: Double
  let rounds: Int

  func row(_ name: String, _ output: Workload.Output) throws(Failure) -> String {
    var costs: [[Double]] = [[], []]
    for round in 0..<rounds {
      for index in round.isMultiple(of: 2) ? [0, 1] : [1, 0] {
        let workload = Workload(name: name, words: "", load: .lines100, output: index == 0 ? output : .quiet)
        let figures = try Trial.run(server, workload, seconds: seconds)
        costs[index].append(figures?[Figure.processor] ?? 0)
      }
    }
    let differences = zip(costs[0], costs[1]).map { $0 - $1 }
    func text(_ value: Double?) -> String { value.map { Table.number($0, 0) } ?? "–" }
    let range = "\(text(differences.median)) (\(text(differences.min()))–\(text(differences.max())))"
    return Table.row([name, text(costs[0].median), text(costs[1].median), range, "≤ 60"])
  }
}
