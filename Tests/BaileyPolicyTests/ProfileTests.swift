import BaileyCore
import BaileyPolicy
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
