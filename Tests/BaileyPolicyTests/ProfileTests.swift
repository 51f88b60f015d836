import BaileyCore
import BaileyPolicy
import BaileyTestSupport
import Glibc
import Testing

@Suite struct ProfileTests {
  @Test("Every built-in profile parses, carries its own name and extends nothing", arguments: BuiltinProfiles.names)
  func parses(name: String) throws {
    let text = try #require(BuiltinProfiles.texts[name])
    let document = try ManifestReader.read(Array(text.utf8), file: name, home: "/h")
    #expect(document.manifest.name == name && document.extends.isEmpty)
    #expect(document.manifest.files.isEmpty && document.manifest.environment.secrets.isEmpty)
    #expect(document.manifest.network.allSatisfy { !$0.ports.isEmpty })
  }

  @Test("The embedded profiles are those of Policies/profiles, byte for byte")
  func embedded() throws {
    let directory = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Policies/profiles"
    let names = try entries(directory).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    #expect(names == BuiltinProfiles.names)
    for name in names { #expect(try contents("\(directory)/\(name).yaml") == BuiltinProfiles.texts[name]) }
  }
}

@Suite struct DocumentationTests {
  private let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  @Test("The JSON Schema has the reader's keys and the built-in profiles")
  func schema() throws {
    let schema = try JSON.parse(try contents(root + "/Policies/schema/manifest.schema.json"))
    #expect(schema["properties"]?.object?.keys.sorted() == ManifestReader.keys.sorted())
    #expect(schema["$defs"]?["profile"]?["enum"]?.array?.compactMap(\.string) == BuiltinProfiles.names)
  }

  @Test("The example of docs/manifest.md is a manifest")
  func example() throws {
    let text = try contents(root + "/docs/manifest.md")
    let block = try #require(text.firstRange(of: "```yaml\n"))
    let rest = text[block.upperBound...]
    let end = try #require(rest.firstRange(of: "```"))
    let document = try read(String(rest[..<end.lowerBound]))
    #expect(document.manifest.network.count == 7 && document.manifest.files.count == 3)
  }
}
