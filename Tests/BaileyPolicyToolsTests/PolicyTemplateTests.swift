import BaileyPolicy
import BaileyTestSupport
import Testing

@Suite("Starter policies and the library, through the tools")
struct PolicyTemplateTests {
  private static let policies = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Policies"

  @Test("A template is written, is correct, tested and laid out", arguments: PolicyTemplate.all.map(\.name))
  func template(name: String) throws {
    let tool = try Tool()
    let made = try tool.run(["init", "--template", name, "--directory", "a/policy"])
    #expect(made.code == 0 && made.output.contains("wrote a/policy/\(name).rego"), "\(made)")
    #expect(try tool.run(["check", "--strict", "a/policy"]).code == 0)
    let tested = try tool.run(["test", "a/policy", "--coverage", "--threshold", "95"])
    #expect(tested.code == 0, "\(tested)")
    #expect(try tool.run(["fmt", "--check", "a/policy"]).code == 0)
    let again = try tool.run(["init", "--template", name, "--directory", "a/policy"])
    #expect(again.code == 1 && again.errors.contains("[policy-file-exists]"))
  }

  @Test("Nothing is written where one of the files is there; an unknown template is named, with the nearest")
  func refusals() throws {
    let tool = try Tool()
    try tool.scratch.write("mine", to: "README.md")
    #expect(try tool.run(["init", "--template", "coding", "--directory", "."]).code == 1)
    #expect(try tool.scratch.read("README.md") == "mine")
    #expect(try tool.run(["check", "coding.rego"]).code == 1)
    #expect(try tool.run(["init", "--template", "codnig"]).errors.contains("did you mean `coding`?"))
    #expect(try tool.run(["init"]).errors.contains("locked-down"))
  }

  @Test("The templates are listed")
  func list() throws {
    let lines = try Tool().run(["init", "--list"]).output.split(separator: "\n")
    #expect(lines.map { String($0.prefix { $0 != "\t" }) } == PolicyTemplate.all.map(\.name))
  }

  @Test("The library is correct, laid out, and its tests pass and reach nearly all of it")
  func library() throws {
    let tool = try Tool()
    let lib = Self.policies + "/lib"
    #expect(try tool.run(["check", "--strict", lib]).errors == "")
    #expect(try tool.run(["fmt", "--check", lib, Self.policies + "/templates"]).code == 0)
    let tested = try tool.run(["test", lib])
    #expect(tested.code == 0 && tested.output.hasPrefix("PASS: "), "\(tested)")
    let covered = try tool.run(["test", lib, "--coverage", "--threshold", "95"])
    #expect(covered.code == 0, "\(covered)")
  }

  @Test("A module that names a package of the library needs no file of it")
  func brought() throws {
    let tool = try Tool()
    try tool.scratch.write(
      "package a\n\nimport data.lib.hosts\n\np if hosts.within(\"x.a.com\", \"a.com\")\n", to: "a.rego")
    #expect(try tool.run(["check", "--strict", "a.rego"]).code == 0)
    #expect(try tool.run(["eval", "--format", "raw", "--data", "a.rego", "data.a.p"]).output == "true\n")
  }
}
