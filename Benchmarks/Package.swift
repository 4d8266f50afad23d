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
    .executableTarget(name: "load_generator", cSettings: cSettings),
    .executableTarget(name: "reference_server", cSettings: cSettings),
    .executableTarget(name: "reference_client", cSettings: cSettings),
    .executableTarget(name: "bench", swiftSettings: swiftSettings),
    .target(name: "programs", cSettings: cSettings),
    .executableTarget(name: "watch", dependencies: ["programs"], swiftSettings: swiftSettings),
  ]
)
