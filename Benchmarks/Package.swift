// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing here is built for a product. It has the name of the main one, and links to its sources, because
// what it measures is `package` and not `public`.
let package = Package(
  name: "bailey",
  dependencies: [.package(url: "https://github.com/apple/swift-nio", exact: "2.101.2")],
  targets: [
    .target(name: "BaileyCore"),
    .target(name: "CBaileyLinux"),
    .target(name: "BaileyLinux", dependencies: ["BaileyCore", "CBaileyLinux"]),
    .target(
      name: "BaileyEgress",
      dependencies: [
        "BaileyCore", "BaileyLinux", "CBaileyLinux", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .executableTarget(name: "EgressBench", dependencies: ["BaileyCore", "BaileyEgress", "BaileyLinux"]),
    .target(name: "CBaileyJail"),
    .target(name: "BaileySandbox", dependencies: ["BaileyCore", "BaileyLinux", "CBaileyJail", "CBaileyLinux"]),
    .executableTarget(name: "JailBench", dependencies: ["BaileyCore", "BaileyLinux", "BaileySandbox"]),
    .executableTarget(name: "SideBySide"),
    .target(name: "BaileyRego"),
    .target(name: "BaileyRegoLibraries", dependencies: ["BaileyRego"]),
    .target(name: "RegoOracle"),
    .executableTarget(name: "RegoBench", dependencies: ["BaileyRego", "BaileyRegoLibraries", "RegoOracle"]),
    .executableTarget(name: "RegoDifferential", dependencies: ["BaileyRego", "BaileyRegoLibraries", "RegoOracle"]),
  ]
)

for target in package.targets {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
}
