import Measuring

/// What it costs to make a line of each message: the processor's time of the server's main thread, which does that and
/// nothing else, with its output to /dev/null.
struct Formatting {
  static let header = Table.header(
    words: ["lines of 100 B as"],
    numbers: ["CPU ns/msg", "of it a line's making"],
    lastWords: ["asked"]
  )

  let server: Contender
  let seconds: Double
  let rounds: Int

  func row(_ name: String, _ output: Workload.Output) throws(Failure) -> String {
    let workload = Workload(name: name, words: "", load: .lines100, output: output)
    let runs = try (0..<rounds).map { _ throws(Failure) in try Trial.run(server, workload, seconds: seconds) }
    func text(_ figure: String) -> String {
      let costs = runs.compactMap { $0?[figure] }
      func text(_ value: Double?) -> String { value.map { Table.number($0, 0) } ?? "–" }
      return "\(text(costs.median)) (\(text(costs.min()))–\(text(costs.max())))"
    }
    return Table.row([name, text(Figure.processor), text("server_main_ns_a_message"), "≤ 60"])
  }
}
