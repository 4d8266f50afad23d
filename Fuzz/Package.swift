// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that nobody who only builds the programs builds this. Its folder `Sources` is a symbolic link
// to the programs' own: compiled here they share this package's identity, and what is `package` can be reached.

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  // The targets look inside of release builds, whose speed they need.
  .unsafeFlags(["-enable-testing"]),
]

func target(
  _ name: String,
  _ dependencies: [Target.Dependency],
  path: String? = nil,
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name,
    dependencies: dependencies,
    path: path ?? "Sources/\(name)",
    resources: resources,
    swiftSettings: swiftSettings
  )
}

let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0")
  ],
  targets: [
    .target(name: "CSystem", path: "Sources/CSystem", cSettings: [.define("_GNU_SOURCE")]),
    target("Screen", [], resources: ["dark", "light", "mono"].map { .embedInCode("Themes/\($0).theme") }),
    target("Wire", ["CSystem"]),
    target("Echo", ["Screen", "Wire", .product(name: "Histogram", package: "hdrhistogram-swift")]),
    // What decodes keys, without what needs a terminal.
    target("Terminal", ["Screen"], path: "Terminal"),
    .executableTarget(
      name: "fuzz",
      dependencies: ["Echo", "Screen", "Terminal", "Wire"],
      path: "Targets",
      swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]
    ),
    .executableTarget(name: "printable_speed", dependencies: ["Screen"], path: "Speed", swiftSettings: swiftSettings),
  ]
)
