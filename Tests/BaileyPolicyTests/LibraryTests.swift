import BaileyCore
import BaileyRegoLibraries
import BaileyTestSupport
import Testing

@testable import BaileyPolicy

@Suite("The library for policies")
struct LibraryTests {
  private let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Policies"

  @Test("What is embedded is what lies in Policies, byte for byte")
  func embedded() throws {
    let modules = try entries(root + "/lib").filter { $0.hasSuffix(".rego") && !$0.hasSuffix("_test.rego") }
    #expect(modules.map { String($0.dropLast(5)) }.sorted() == PolicyLibrary.names)
    for name in PolicyLibrary.names { #expect(try contents("\(root)/lib/\(name).rego") == LibraryTexts.texts[name]) }
    var files: [String: String] = [:]
    for template in try entries(root + "/templates") where !template.hasPrefix(".") {
      for name in try entries("\(root)/templates/\(template)") where !name.hasPrefix(".") {
        files["\(template)/\(name)"] = try contents("\(root)/templates/\(template)/\(name)")
      }
    }
    #expect(files == TemplateTexts.texts)
    #expect(PolicyTemplate.all.map(\.name) == ["ci-build", "coding", "locked-down", "read-only"])
    #expect(PolicyTemplate.all.allSatisfy { !$0.summary.isEmpty })
  }

  @Test("Every function that is documented has a test and an entry in docs/policies.md", arguments: PolicyLibrary.names)
  func documented(name: String) throws {
    let functions = Self.functions(in: try #require(LibraryTexts.texts[name]))
    let tests = try contents("\(root)/lib/\(name)_test.rego")
    let page = try contents(root + "/../docs/policies.md")
    #expect(!functions.isEmpty)
    for function in functions {
      #expect(tests.contains("\(name).\(function)"), "\(name).\(function) has no test")
      #expect(page.contains("`\(name).\(function)"), "\(name).\(function) is not in docs/policies.md")
    }
  }

  /// The names of the rules under a METADATA comment, but for the package's own.
  private static func functions(in text: String) -> Set<String> {
    var (found, isDocumented): (Set<String>, Bool) = ([], false)
    for line in text.split(separator: "\n") {
      if line == "# METADATA" { isDocumented = true }
      guard !line.hasPrefix("#"), isDocumented else { continue }
      isDocumented = false
      if !line.hasPrefix("package ") { found.insert(String(line.prefix { $0.isLetter || $0 == "_" })) }
    }
    return found
  }

  @Test("A policy has the packages that it names, and theirs; its own come first")
  func needed() throws {
    let needs = { (texts: String...) in PolicyLibrary.needed(by: texts.map { Array($0.utf8) }) }
    #expect(needs("package a\nimport data.lib.paths") == ["paths"])
    #expect(needs("package a\nallow if data.lib.uploads.is_upload") == ["hosts", "uploads"])
    #expect(needs("package a\nimport data.lib.none\nimport data.library") == [])
    #expect(needs("package a\nimport data.lib\n") == PolicyLibrary.names)
    #expect(needs("package a\nimport data.lib.paths", "package lib.paths") == [])
    #expect(needs("package lib.paths_test\nimport data.lib.paths") == ["paths"])
    #expect(needs("package a\n", "\u{0}", "data.lib") == PolicyLibrary.names)
  }

  @Test("A policy decides with the library, and reasons name its own file")
  func used() throws {
    let policy = try regoPolicy(
      """
      package a
      import data.lib.hosts
      import data.lib.labels
      allow if hosts.within(input.resource.host, "example.com")
      oblige contains labels.give("seen") if input.resource.host == "x.example.com"
      """)
    let judge = regoJudge(policy)
    let inside = judge.opinion(policyAction(.netConnect, resource: ["host": "x.example.com"]))
    #expect(inside.reasons.map(\.effect) == [.allow] && inside.reasons[0].source?.text == "m0.rego:4")
    #expect(inside.obligations == [["label": "seen"]])
    #expect(judge.judge(policyAction(.netConnect, resource: ["host": "evilexample.com"])).isEmpty)
    let own = try regoPolicy(
      "package lib.hosts\nwithin(_, _)", "package a\nimport data.lib.hosts\nallow if hosts.within(1, 2)")
    #expect(regoJudge(own).judge(policyAction()).map(\.effect) == [.allow])
  }

  @Test("Every package of the library reads only fields that the input has", arguments: PolicyLibrary.names)
  func fields(name: String) throws {
    _ = try regoPolicy("package a\nimport data.lib.\(name)\nallow if data.lib.\(name)")
  }
}
