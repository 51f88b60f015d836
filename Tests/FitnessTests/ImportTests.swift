import Testing

/// Which target may import what. A row a target; whatever is not in its row is a failure.
private let allowedImports: [String: Set<String>] = [
  "BaileyCore": ["Synchronization"],
  "BaileyMerkle": [],
  "BaileyExport": ["BaileyCast", "BaileyCore", "Synchronization"],
  "BaileyCast": ["BaileyCore"],
  "BaileyEvidence": ["BaileyCore", "BaileyMerkle"],
  "BaileyInspect": [
    "CBaileyBytes", "CBaileyInflate", "CBaileyRE2", "CBaileyVectorscan", "CYaml", "Crypto", "Synchronization",
  ],
  "BaileyRego": [],
  "BaileyRegoLibraries": ["BaileyRego", "CBaileyRE2", "CYaml", "Crypto", "CryptoExtras", "Glibc", "Synchronization"],
  "BaileyLinux": ["BaileyCore", "CBaileyLinux", "Glibc", "Synchronization"],
  "BaileyStore": ["BaileyCast", "BaileyCore", "BaileyLinux", "GRDB", "Glibc", "Synchronization"],
  "BaileyBroker": ["BaileyCore", "BaileyLinux", "CBaileySodium", "Synchronization"],
  "BaileySandbox": ["BaileyCore", "BaileyLinux", "CBaileyJail", "CBaileyLinux", "Glibc", "Synchronization"],
  "BaileyWorkspace": ["BaileyCore", "BaileyLinux", "CBaileyLinux", "Glibc", "Synchronization"],
  "BaileyPolicy": [
    "BaileyCore", "BaileyInspect", "BaileyLinux", "BaileyRego", "BaileyRegoLibraries", "CBaileyZlib", "Glibc",
    "Synchronization", "Yams",
  ],
  "BaileyAudit": ["BaileyCore", "BaileyEvidence", "BaileyLinux", "BaileyMerkle", "Crypto", "Glibc", "Synchronization"],
  "BaileyEgress": [
    "BaileyCore", "BaileyInspect", "BaileyLinux", "BaileyTLS", "CBaileyLinux", "Crypto", "FoundationEssentials",
    "Glibc", "NIOCore", "NIOHPACK", "NIOHTTP2", "NIOPosix", "NIOSSL", "NIOTLS", "SwiftASN1", "Synchronization", "X509",
  ],
  "BaileyTLS": ["BaileyCore", "BaileyLinux", "NIOCore", "NIOSSL", "NIOTLS", "SwiftASN1", "Synchronization"],
  "BaileyHTTP": [
    "BaileyCore", "BaileyLinux", "BaileyTLS", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "NIOTLS",
    "Synchronization",
  ],
  "BaileyForward": ["BaileyCore", "BaileyExport", "BaileyLinux", "Crypto", "Synchronization"],
  "BaileyFingerprints": ["BaileyCore", "BaileyInspect", "BaileyLinux"],
  "BaileyControl": ["BaileyCore", "Synchronization"],
  "BaileyWire": ["BaileyCore", "BaileyLinux", "Glibc", "Synchronization"],
  "BaileyDoors": [
    "BaileyControl", "BaileyCore", "BaileyHTTP", "BaileyLinux", "BaileyWire", "Glibc", "Synchronization",
  ],
  "BaileyCommands": [
    "ArgumentParser", "BaileyCast", "BaileyCore", "BaileyExport", "BaileyLinux", "BaileyWire", "Glibc",
    "Synchronization",
  ],
  "BaileyFingerprintTools": [
    "ArgumentParser", "BaileyCore", "BaileyFingerprints", "BaileyInspect", "BaileyLinux", "BaileyWire",
  ],
  "BaileyLogTools": [
    "ArgumentParser", "BaileyAudit", "BaileyCore", "BaileyEvidence", "BaileyLinux", "BaileyMerkle", "BaileyWire",
  ],
  "BaileyPolicyTools": [
    "ArgumentParser", "BaileyCore", "BaileyLinux", "BaileyPolicy", "BaileyRego", "BaileyRegoLibraries",
  ],
  "BaileyScan": [
    "ArgumentParser", "BaileyCore", "BaileyFingerprints", "BaileyInspect", "BaileyLinux", "BaileyWire",
    "BaileyWorkspace", "Crypto", "Synchronization",
  ],
  "BaileyTestSupport": ["BaileyCore", "BaileyLinux", "Glibc", "Synchronization"],
  "bailey": ["BaileyCommands", "Glibc"],
  "bailey-fingerprint": ["BaileyFingerprintTools", "Glibc"],
  "bailey-log": ["BaileyLogTools", "Glibc"],
  "bailey-policy": ["BaileyPolicyTools", "Glibc"],
  "bailey-scan": ["BaileyScan", "Glibc"],
  "baileyd": [
    "BaileyAudit", "BaileyBroker", "BaileyControl", "BaileyCore", "BaileyDoors", "BaileyEgress", "BaileyExport",
    "BaileyForward", "BaileyHTTP", "BaileyLinux", "BaileyMerkle", "BaileyPolicy",
    "BaileySandbox", "BaileyStore", "BaileyWire", "BaileyWorkspace", "Glibc",
  ],
]

/// Targets that are C or C++ only.
private let targetsInC: Set<String> = [
  "CBaileyBytes", "CBaileyInflate", "CBaileyJail", "CBaileyLinux", "CBaileyRE2", "CBaileySodium", "CBaileyVectorscan",
  "CBaileyZlib", "bailey-jail",
]

@Suite("Imports follow the layers of DESIGN.md section 4")
struct ImportTests {
  @Test("Every target has a row in the table")
  func tableIsComplete() throws {
    let targets = Set(try Repository.folders(in: "Sources"))
    #expect(targets.subtracting(targetsInC) == Set(allowedImports.keys))
  }

  @Test("No target imports what its row does not allow", arguments: allowedImports.keys.sorted())
  func importsAreAllowed(target: String) throws {
    for path in try Repository.files(below: "Sources/" + target, ending: ".swift") {
      for module in imports(in: try Repository.text(path)) {
        #expect(allowedImports[target]?.contains(module) == true, "\(path) imports \(module)")
      }
    }
  }

  @Test("The table itself keeps resources apart")
  func resourcesDoNotImportEachOther() {
    let resources: Set = [
      "BaileyBroker", "BaileyStore", "BaileySandbox", "BaileyWorkspace", "BaileyPolicy", "BaileyAudit", "BaileyEgress",
      "BaileyFingerprints", "BaileyForward", "BaileyHTTP",
    ]
    for resource in resources {
      #expect(allowedImports[resource]?.isDisjoint(with: resources) == true)
    }
  }
}

/// Modules named in import statements, whatever their access level.
func imports(in text: String) -> [String] {
  text.split(separator: "\n").compactMap { line in
    let words = line.split(separator: " ")
    guard let at = words.firstIndex(of: "import"), at < 4, !line.hasPrefix("//"), !line.hasPrefix(" ") else {
      return nil
    }
    let prefixes = words[..<at]
    guard prefixes.allSatisfy({ ["package", "public", "internal", "private", "@preconcurrency"].contains($0) }) else {
      return nil
    }
    return words.last.map { String($0.split(separator: ".").first ?? $0) }
  }
}
