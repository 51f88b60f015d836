// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "bailey",
  products: [
    .executable(name: "bailey", targets: ["bailey"]),
    .executable(name: "baileyd", targets: ["baileyd"]),
    .executable(name: "bailey-fingerprint", targets: ["bailey-fingerprint"]),
    .executable(name: "bailey-jail", targets: ["bailey-jail"]),
    .executable(name: "bailey-log", targets: ["bailey-log"]),
    .executable(name: "bailey-policy", targets: ["bailey-policy"]),
    .executable(name: "bailey-scan", targets: ["bailey-scan"]),
    .library(name: "BaileyInspect", targets: ["BaileyInspect"]),
    .library(name: "BaileyMerkle", targets: ["BaileyMerkle"]),
    .library(name: "BaileyRego", targets: ["BaileyRego"]),
    .library(name: "BaileyRegoLibraries", targets: ["BaileyRegoLibraries"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // 0 core
    .target(name: "BaileyCore"),
    .target(name: "CBaileyLinux"),
    .target(name: "CBaileyJail"),

    // 1 engines
    .target(name: "BaileyMerkle"),
    .target(name: "BaileyExport", dependencies: ["BaileyCast", "BaileyCore"]),
    .target(name: "BaileyCast", dependencies: ["BaileyCore"]),
    .target(name: "BaileyEvidence", dependencies: ["BaileyCore", "BaileyMerkle"]),
    // Rounding comes from libm, which only Foundation and Glibc bring along.
    .target(name: "BaileyRego", linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "CBaileyRE2",
      linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),
    .target(name: "CBaileyZlib", linkerSettings: [.linkedLibrary("z")]),
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
    .target(
      name: "BaileyRegoLibraries",
      dependencies: [
        "BaileyRego", "CBaileyRE2", "Yams", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),

    // 2 resources
    .target(name: "BaileyLinux", dependencies: ["BaileyCore", "CBaileyLinux"]),
    .target(
      name: "BaileyStore",
      dependencies: ["BaileyCast", "BaileyCore", "BaileyLinux", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(
      name: "BaileyTLS",
      dependencies: [
        "BaileyCore", "BaileyLinux", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    .target(name: "CBaileySodium", linkerSettings: [.linkedLibrary("sodium")]),
    .target(name: "BaileyBroker", dependencies: ["BaileyCore", "BaileyLinux", "CBaileySodium"]),
    .target(name: "BaileySandbox", dependencies: ["BaileyCore", "BaileyLinux", "CBaileyJail", "CBaileyLinux"]),
    .target(name: "BaileyWorkspace", dependencies: ["BaileyCore", "BaileyLinux", "CBaileyLinux"]),
    .target(
      name: "BaileyPolicy",
      dependencies: [
        "BaileyCore", "BaileyInspect", "BaileyLinux", "BaileyRego", "BaileyRegoLibraries", "CBaileyZlib", "Yams",
      ]),
    .target(
      name: "BaileyAudit",
      dependencies: [
        "BaileyCore", "BaileyEvidence", "BaileyLinux", "BaileyMerkle",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "BaileyEgress",
      dependencies: [
        "BaileyCore", "BaileyInspect", "BaileyLinux", "BaileyTLS", "CBaileyLinux",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHPACK", package: "swift-nio-http2"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "SwiftASN1", package: "swift-asn1"), .product(name: "X509", package: "swift-certificates"),
      ]),

    .target(
      name: "BaileyHTTP",
      dependencies: [
        "BaileyCore", "BaileyLinux", "BaileyTLS", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
      ]),

    .target(
      name: "BaileyForward",
      dependencies: ["BaileyCore", "BaileyExport", "BaileyLinux", .product(name: "Crypto", package: "swift-crypto")]),

    .target(name: "BaileyFingerprints", dependencies: ["BaileyCore", "BaileyInspect", "BaileyLinux"]),

    // 3 control
    .target(name: "BaileyControl", dependencies: ["BaileyCore"]),

    // 4 doors
    .target(name: "BaileyWire", dependencies: ["BaileyCore", "BaileyLinux"]),
    .target(
      name: "BaileyDoors", dependencies: ["BaileyCore", "BaileyControl", "BaileyHTTP", "BaileyLinux", "BaileyWire"]),
    .target(
      name: "BaileyCommands",
      dependencies: [
        "BaileyCast", "BaileyCore", "BaileyExport", "BaileyLinux", "BaileyWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(
      name: "BaileyPolicyTools",
      dependencies: [
        "BaileyCore", "BaileyLinux", "BaileyPolicy", "BaileyRego", "BaileyRegoLibraries",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(
      name: "BaileyLogTools",
      dependencies: [
        "BaileyAudit", "BaileyCore", "BaileyEvidence", "BaileyLinux", "BaileyMerkle", "BaileyWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(
      name: "BaileyFingerprintTools",
      dependencies: [
        "BaileyCore", "BaileyFingerprints", "BaileyInspect", "BaileyLinux", "BaileyWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "BaileyScan",
      dependencies: [
        "BaileyCore", "BaileyFingerprints", "BaileyInspect", "BaileyLinux", "BaileyWire", "BaileyWorkspace",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // 5 programs
    .executableTarget(
      name: "baileyd",
      dependencies: [
        "BaileyAudit", "BaileyBroker", "BaileyControl", "BaileyCore", "BaileyDoors", "BaileyEgress", "BaileyExport",
        "BaileyForward", "BaileyHTTP", "BaileyLinux", "BaileyMerkle", "BaileyPolicy",
        "BaileySandbox", "BaileyStore", "BaileyWire", "BaileyWorkspace",
      ]),
    .executableTarget(
      name: "bailey", dependencies: ["BaileyCommands"],
      linkerSettings: [.unsafeFlags(["-static-executable"], .when(configuration: .release))]),
    .executableTarget(name: "bailey-fingerprint", dependencies: ["BaileyFingerprintTools"]),
    .executableTarget(name: "bailey-log", dependencies: ["BaileyLogTools"]),
    .executableTarget(name: "bailey-policy", dependencies: ["BaileyPolicyTools"]),
    .executableTarget(name: "bailey-scan", dependencies: ["BaileyScan"]),
    .executableTarget(
      name: "bailey-jail", dependencies: ["CBaileyJail"],
      linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-executable", "-Xclang-linker", "-nostdlib"])]),

    // tests
    .target(name: "BaileyTestSupport", dependencies: ["BaileyCore", "BaileyLinux"]),
    .executableTarget(
      name: "audit-crash", dependencies: ["BaileyAudit", "BaileyCore", "BaileyLinux"], path: "Tests/AuditCrash"),
    .executableTarget(
      name: "index-probe",
      dependencies: ["BaileyAudit", "BaileyCore", "BaileyLinux", "BaileyStore", "BaileyTestSupport"],
      path: "Tests/IndexProbe"),
    .testTarget(
      name: "BaileyStoreTests",
      dependencies: [
        "BaileyAudit", "BaileyCore", "BaileyDoors", "BaileyLinux", "BaileyStore", "BaileyTestSupport", "index-probe",
      ]),
    .testTarget(
      name: "BaileyBrokerTests", dependencies: ["BaileyBroker", "BaileyCore", "BaileyLinux", "BaileyTestSupport"]),
    .testTarget(name: "BaileyLinuxTests", dependencies: ["BaileyLinux", "BaileyTestSupport"]),
    .testTarget(name: "BaileyCoreTests", dependencies: ["BaileyCore"]),
    .testTarget(
      name: "BaileyInspectTests", dependencies: ["BaileyCore", "BaileyInspect", "BaileyTestSupport"],
      exclude: ["make-disguises.py", "make-documents.py"]),
    .testTarget(
      name: "BaileyFingerprintsTests",
      dependencies: [
        "BaileyCore", "BaileyFingerprints", "BaileyInspect", "BaileyLinux", "BaileyTestSupport", "bailey",
        "bailey-fingerprint",
      ]),
    .testTarget(
      name: "BaileyScanTests",
      dependencies: [
        "BaileyCore", "BaileyInspect", "BaileyLinux", "BaileyScan", "BaileyTestSupport", "bailey", "bailey-fingerprint",
        "bailey-scan",
      ]),
    .testTarget(name: "BaileyCastTests", dependencies: ["BaileyCast", "BaileyCore"]),
    .testTarget(
      name: "BaileyEvidenceTests",
      dependencies: [
        "BaileyAudit", "BaileyCore", "BaileyEvidence", "BaileyLinux", "BaileyMerkle", "BaileyStore",
        "BaileyTestSupport", "bailey-log", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(
      name: "BaileyMerkleTests",
      dependencies: ["BaileyCore", "BaileyMerkle", .product(name: "Crypto", package: "swift-crypto")]),
    .testTarget(
      name: "BaileyRegoTests", dependencies: ["BaileyLinux", "BaileyPolicyTools", "BaileyRego", "BaileyRegoLibraries"]),
    .testTarget(
      name: "BaileySandboxTests",
      dependencies: [
        "BaileyCore", "BaileyLinux", "BaileySandbox", "BaileyTestSupport", "CBaileyLinux", "bailey-jail",
      ]),
    .testTarget(
      name: "BaileyWorkspaceTests",
      dependencies: ["BaileyCore", "BaileyLinux", "BaileyPolicy", "BaileyTestSupport", "BaileyWorkspace"]),
    .testTarget(
      name: "BaileyPolicyTests",
      dependencies: [
        "BaileyCore", "BaileyLinux", "BaileyPolicy", "BaileyRego", "BaileyRegoLibraries", "BaileyTestSupport",
      ]),
    .testTarget(
      name: "BaileyAuditTests",
      dependencies: [
        "BaileyAudit", "BaileyCore", "BaileyDoors", "BaileyHTTP", "BaileyLinux", "BaileyMerkle", "BaileyTestSupport",
        "BaileyWire", "audit-crash", "bailey-log",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(
      name: "BaileyExportTests", dependencies: ["BaileyCore", "BaileyExport", "BaileyPolicy", "BaileyTestSupport"],
      exclude: ["ocsf-validate.py"]),
    .testTarget(
      name: "BaileyForwardTests",
      dependencies: [
        "BaileyAudit", "BaileyCore", "BaileyExport", "BaileyForward", "BaileyHTTP", "BaileyLinux", "BaileyPolicy",
        "BaileyTestSupport", "bailey", "baileyd",
      ],
      exclude: ["collector.py", "early-receiver.py", "make-keys.sh"]),
    .testTarget(
      name: "BaileyEgressTests",
      dependencies: [
        "BaileyControl", "BaileyCore", "BaileyEgress", "BaileyLinux", "BaileyPolicy", "BaileyTestSupport",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHPACK", package: "swift-nio-http2"),
      ],
      exclude: ["readings.py"]),
    .testTarget(
      name: "BaileyTLSTests",
      dependencies: [
        "BaileyCore", "BaileyLinux", "BaileyTLS", "BaileyTestSupport", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .testTarget(
      name: "BaileyHTTPTests",
      dependencies: [
        "BaileyCore", "BaileyDoors", "BaileyHTTP", "BaileyLinux", "BaileyPolicy", "BaileyTestSupport", "BaileyWire",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(
      name: "BaileyControlTests", dependencies: ["BaileyControl", "BaileyCore", "BaileyPolicy", "BaileyTestSupport"]),
    .testTarget(
      name: "BaileyDoorsTests",
      dependencies: ["BaileyControl", "BaileyCore", "BaileyDoors", "BaileyLinux", "BaileyTestSupport", "BaileyWire"]),
    .testTarget(
      name: "BaileyWireTests", dependencies: ["BaileyCore", "BaileyLinux", "BaileyTestSupport", "BaileyWire"]),
    .testTarget(
      name: "BaileyCommandsTests",
      dependencies: [
        "BaileyCommands", "BaileyCore", "BaileyLinux", "BaileyTestSupport", "BaileyWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "BaileyPolicyToolsTests",
      dependencies: [
        "BaileyCore", "BaileyLinux", "BaileyPolicy", "BaileyPolicyTools", "BaileyRego", "BaileyTestSupport", "bailey",
        "bailey-policy",
      ]),
    .testTarget(
      name: "EscapeTests",
      dependencies: [
        "BaileyCore", "BaileyTestSupport", "bailey", "baileyd", "bailey-jail", "bailey-log", "bailey-policy",
      ]),
    .testTarget(name: "FitnessTests"),
  ],
  cxxLanguageStandard: .cxx17
)

// One dialect for every target: what it allows is the same everywhere.
for target in package.targets {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
  target.cSettings = [.treatAllWarnings(as: .error)]
  target.cxxSettings = [.treatAllWarnings(as: .error)]
}
