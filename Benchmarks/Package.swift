// swift-tools-version: 6.3
import PackageDescription

let cSettings: [CSetting] = [
  .define("_GNU_SOURCE"),
  .enableWarning("all"),
  .enableWarning("extra"),
  .treatAllWarnings(as: .error),
]

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// A package of its own, so that users never build it. It measures the programs as they ship, from outside.
let package = Package(
  name: "benchmarks",
  targets: [
    .target(name: "CMeasuring", cSettings: cSettings),
    .executableTarget(name: "load_generator", dependencies: ["CMeasuring"], cSettings: cSettings),
    .executableTarget(name: "reference_server", dependencies: ["CMeasuring"], cSettings: cSettings),
    .executableTarget(name: "reference_client", dependencies: ["CMeasuring"], cSettings: cSettings),
    .target(name: "Measuring", dependencies: ["CMeasuring"], swiftSettings: swiftSettings),
    .executableTarget(name: "bench", dependencies: ["Measuring", "CMeasuring"], swiftSettings: swiftSettings),
    .executableTarget(name: "watch", dependencies: ["Measuring", "CMeasuring"], swiftSettings: swiftSettings),
  ]
)
