// swift-tools-version: 6.3
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]
let cSettings: [CSetting] = [
  .define("_GNU_SOURCE"),
  .enableWarning("all"),
  .enableWarning("extra"),
  .treatAllWarnings(as: .error),
]

// docs/decisions/0011: checked in every debug build, which is what the tests run.
let uncheckedExclusivity: [SwiftSetting] = [
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

func target(
  _ name: String,
  _ dependencies: [Target.Dependency],
  resources: [Resource]? = nil,
  moreSettings: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings + moreSettings)
}

func program(_ name: String) -> Target {
  .executableTarget(name: name, dependencies: ["EchoApp"], swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .testTarget(
    name: name,
    dependencies: dependencies + ["TestKit"],
    resources: resources,
    swiftSettings: swiftSettings
  )
}

let package = Package(
  name: "echo",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "echo_server", targets: ["echo_server"]),
    .executable(name: "echo_client", targets: ["echo_client"]),
    .executable(name: "echo_monitor", targets: ["echo_monitor"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .target(
      name: "CNcurses",
      cSettings: cSettings,
      linkerSettings: [
        .linkedLibrary("ncursesw", .when(platforms: [.linux])),
        .linkedLibrary("tinfo", .when(platforms: [.linux])),
        .linkedLibrary("ncurses", .when(platforms: [.macOS])),
      ]
    ),
    .target(name: "CSystem", cSettings: cSettings),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    target(
      "Screen",
      [],
      // A symbolic link to Resources/themes: a target's resources have to be below its own folder.
      resources: ["dark", "light", "mono"].map { .embedInCode("Themes/\($0).theme") }
    ),
    target("Wire", ["CSystem"], moreSettings: uncheckedExclusivity),
    target("Echo", ["Screen", "Wire", .product(name: "Histogram", package: "hdrhistogram-swift")]),
    target("Journal", ["CSQLite", "CSystem", "Wire"]),
    target("Terminal", ["CNcurses", "Screen"]),
    target(
      "EchoApp",
      [
        "Echo", "Journal", "Screen", "Terminal", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    program("echo_server"),
    program("echo_client"),
    program("echo_monitor"),

    .systemLibrary(name: "CVTerm", path: "Tests/CVTerm", pkgConfig: "vterm", providers: [.apt(["libvterm-dev"])]),
    .target(name: "CPseudoTerminal", path: "Tests/CPseudoTerminal", cSettings: cSettings),
    .executableTarget(name: "seed_server", path: "Tests/SeedServer", cSettings: cSettings),
    .executableTarget(name: "seed_client", path: "Tests/SeedClient", cSettings: cSettings),
    .target(
      name: "TestKit",
      dependencies: ["CSQLite", "CVTerm", "CPseudoTerminal", "Screen", "Wire"],
      path: "Tests/TestKit",
      swiftSettings: swiftSettings
    ),
    tests("ScreenTests", ["Screen"], resources: [.copy("Resources/hostile.json")]),
    tests("WireTests", ["Wire"]),
    tests("JournalTests", ["Journal", "Wire"]),
    .executableTarget(
      name: "recording_rates",
      dependencies: ["Journal", "Wire"],
      path: "Tests/RecordingRates",
      swiftSettings: swiftSettings
    ),
    tests("EchoTests", ["Echo", "Screen", "Wire"]),
    .executableTarget(
      name: "terminal_fixture",
      dependencies: ["Terminal", "Screen"],
      path: "Tests/TerminalFixture",
      swiftSettings: swiftSettings
    ),
    tests("TerminalTests", ["Terminal", "Screen", "terminal_fixture"]),
    .executableTarget(
      name: "screen_fixture",
      dependencies: ["Echo", "EchoApp", "Screen", "Terminal"],
      path: "Tests/ScreenFixture",
      swiftSettings: swiftSettings
    ),
    tests("EchoAppTests", ["Echo", "EchoApp", "Journal", "Screen", "Wire", "screen_fixture"]),
    tests("EndToEndTests", ["echo_server", "echo_client", "echo_monitor", "seed_server", "seed_client"]),
    tests("ArchitectureTests", []),
  ]
)
