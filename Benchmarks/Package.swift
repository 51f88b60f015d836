// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing here is built for a product. It has the name of the main one, and links to its sources, because
// what it measures is `package` and not `public`.
let package = Package(
  name: "bailey",
  dependencies: [
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .target(name: "BaileyCore"),
    .target(name: "CBaileyLinux"),
    .target(name: "BaileyLinux", dependencies: ["BaileyCore", "CBaileyLinux"]),
    .target(
      name: "BaileyTLS",
      dependencies: [
        "BaileyCore", "BaileyLinux", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
      ]),
    .target(
      name: "BaileyEgress",
      dependencies: [
        "BaileyCore", "BaileyLinux", "BaileyTLS", "CBaileyLinux", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "SwiftASN1", package: "swift-asn1"), .product(name: "X509", package: "swift-certificates"),
      ]),
    .executableTarget(name: "EgressBench", dependencies: ["BaileyCore", "BaileyEgress", "BaileyLinux"]),
    .target(name: "CBaileyJail"),
    .target(name: "BaileySandbox", dependencies: ["BaileyCore", "BaileyLinux", "CBaileyJail", "CBaileyLinux"]),
    .executableTarget(name: "JailBench", dependencies: ["BaileyCore", "BaileyLinux", "BaileySandbox"]),
    .target(name: "BaileyMerkle"),
    .target(
      name: "BaileyAudit",
      dependencies: ["BaileyCore", "BaileyLinux", "BaileyMerkle", .product(name: "Crypto", package: "swift-crypto")]),
    .executableTarget(name: "LogBench", dependencies: ["BaileyAudit", "BaileyCore", "BaileyLinux"]),
    .executableTarget(name: "SideBySide"),
    .target(name: "BaileyRego"),
    .target(
      name: "CBaileyRE2",
      linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),
    .target(
      name: "BaileyRegoLibraries",
      dependencies: [
        "BaileyRego", "CBaileyRE2", "Yams", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),
    .target(
      name: "CBaileyInflate",
      linkerSettings: [
        .linkedLibrary("z"), .linkedLibrary("zstd"), .linkedLibrary("brotlidec"), .linkedLibrary("bz2"),
        .linkedLibrary("lzma"),
      ]),
    .target(name: "CBaileyVectorscan", linkerSettings: [.linkedLibrary("hs")]),
    .target(name: "CBaileyBytes"),
    .target(
      name: "BaileyInspect",
      dependencies: [
        "CBaileyBytes", "CBaileyInflate", "CBaileyRE2", "CBaileyVectorscan", "Yams",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .executableTarget(name: "InspectBench", dependencies: ["BaileyInspect", "BaileyLinux"]),
    .executableTarget(name: "RegisteredBench", dependencies: ["BaileyInspect", "BaileyLinux"]),
    .target(name: "RegoOracle"),
    .executableTarget(
      name: "RegoBench", dependencies: ["BaileyLinux", "BaileyRego", "BaileyRegoLibraries", "RegoOracle"]),
    .executableTarget(name: "RegoDifferential", dependencies: ["BaileyRego", "BaileyRegoLibraries", "RegoOracle"]),
  ],
  cxxLanguageStandard: .cxx17
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
