import Testing

@testable import BaileyPolicyTools

/// Runs vectors that OPA answered, as `bailey policy conform` does, and counts by folder.
@Suite("The engine agrees with OPA", .enabled(if: Vectors.root != nil), .serialized)
struct ConformanceTests {
  @Test("OPA's own cases pass, but for those listed as not yet")
  func official() throws {
    let root = try #require(Vectors.root) + "/opa-v1"
    var tally = FolderTally()
    for folder in Vectors.names(in: root) {
      for file in Vectors.names(in: root + "/" + folder) where file.hasSuffix(".json") {
        try run(root + "/" + folder + "/" + file, folder, &tally)
      }
    }
    tally.report("opa-v1")
    #expect(tally.passed > 1600)
    #expect(tally.unexplained == [])
  }

  @Test("OPA's answers to builtins pass, but for those listed as not yet")
  func extra() throws {
    let root = try #require(Vectors.root) + "/extra"
    var tally = FolderTally()
    for file in Vectors.names(in: root) where file.hasSuffix(".json") {
      try run(root + "/" + file, file, &tally)
    }
    tally.report("extra")
    #expect(tally.passed > 3300)
    #expect(tally.unexplained == [])
  }

  private func run(_ path: String, _ folder: String, _ tally: inout FolderTally) throws {
    let text = try #require(Vectors.bytes(path))
    let file = try VectorFile(name: path, text: text)
    try #require(file).run { tally.add(folder, $0, $1) }
  }
}

/// Passed and failed by folder.
private struct FolderTally {
  private var folders: [String: (passed: Int, failed: Int)] = [:]
  private(set) var unexplained: [String] = []
  private(set) var passed = 0

  mutating func add(_ folder: String, _ name: String, _ failure: String?) {
    if let failure {
      folders[folder, default: (0, 0)].failed += 1
      if !NotYet.explains(failure) { unexplained.append(name) }
      if Vectors.environment("REGO_VERBOSE") != nil { print("FAIL \(name): \(failure)") }
    } else {
      passed += 1
      folders[folder, default: (0, 0)].passed += 1
    }
  }

  func report(_ title: String) {
    for (folder, count) in folders.sorted(by: { $0.key < $1.key }) where count.failed > 0 {
      print("\(folder): \(count.passed) passed, \(count.failed) failed")
    }
    print("\(title): \(passed) passed, \(folders.values.reduce(0) { $0 + $1.failed }) failed")
  }
}
