import ArgumentParser
import Echo

extension ExportFormat: ExpressibleByArgument {}

/// `--export` of the monitor, and what goes with it.
struct ExportOptions: ParsableArguments {
  @Option(
    name: .customLong("export"),
    help: ArgumentHelp(
      "Turn a recording into lines of JSON or text, or into packets for Wireshark, and exit.",
      valueName: "format"
    )
  )
  var format: ExportFormat?

  @Option(
    help: ArgumentHelp("Of --export: a new file for what comes out. (default: standard output)", valueName: "path")
  )
  var output: String?

  func validate() throws {
    if format == nil, output != nil { throw ValidationError("--output goes with --export") }
    if output == "" { throw ValidationError("--output needs a path") }
  }

  /// What is to be done with the recording that the command line names; nil when no export is wanted.
  func exporter(of path: String?, isConfined: Bool) throws -> RecordingExporter? {
    guard let format else { return nil }
    guard let path else { throw ValidationError("--export needs a recording: the path of a file") }
    return RecordingExporter(path: path, format: format, outputPath: output, isConfined: isConfined)
  }
}
