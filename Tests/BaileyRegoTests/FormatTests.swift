import BaileyRego
import Testing

@testable import BaileyPolicyTools

@Suite("The formatter lays modules out as OPA does")
struct FormatTests {
  @Test("Every formatted pair of OPA's comes out alike, and stays so", .enabled(if: Vectors.root != nil))
  func pairs() throws {
    let path = try #require(Vectors.root) + "/fmt/pairs.json"
    let pairs = try Document(json: try #require(Vectors.bytes(path)))
    var failed: [Int] = []
    for index in 0..<pairs.count {
      let wanted = pairs.item(index)["out"].read { text, _ in String(text) }
      let given = Self.format(pairs.item(index)["in"].read { text, _ in String(text) })
      if given == wanted, Self.format(given) == given { continue }
      failed.append(index)
      if Vectors.environment("REGO_VERBOSE") != nil { print("FAIL \(index)\n--- wanted\n\(wanted)\n--- got\n\(given)") }
    }
    print("fmt: \(pairs.count - failed.count) passed, \(failed.count) failed")
    #expect(failed.isEmpty)
  }

  @Test("Comments stay where they belong")
  func comments() {
    let given = """
      # head
      package a
      import data.z # z
      import data.y
      p := x if { # why
        x := [1, # one
              2] # two
         # before the end
      } # closing


      else := 2 if { true }
      # last
      """
    let wanted = """
      # head
      package a

      import data.y
      import data.z # z

      p := x if { # why
      \tx := [
      \t\t1, # one
      \t\t2, # two
      \t]
      \t# before the end
      } # closing

      else := 2

      # last

      """
    #expect(Self.format(given) == wanted)
  }

  @Test("A comment with no place of its own keeps its term as it stands")
  func rawTerms() {
    let given = "package a\n\np if {\n  x := f(\n    # why\n    1)\n  y[ # here\n  2]  ==  3\n}\n"
    let wanted = "package a\n\np if {\n\tx := f(\n    # why\n    1)\n\ty[2] == 3 # here\n}\n"
    #expect(Self.format(given) == wanted)
  }

  @Test("Heads, operators and modifiers take OPA's form")
  func forms() {
    let given = """
      package a
      p.q if true
      default r = 1
      r = 1+2*-x
      s[x] := (1+x)*2 if x in [1,2]
      t if plus(1, 2) == y.z["in"][_]["a b"] with input as 1 with data.x as {"a":1,
      "b": set()}
      """
    let wanted = """
      package a

      p["q"] := true

      default r := 1

      r := 1 + (2 * -x)
      s[x] := (1 + x) * 2 if x in [1, 2]
      t if 1 + 2 == y.z["in"][_]["a b"] with input as 1 with data.x as {
      \t"a": 1,
      \t"b": set(),
      }

      """
    #expect(Self.format(given) == wanted)
  }

  @Test("Version 0 is laid out as it is, or for both versions")
  func version0() {
    let given = "package a\nimport future.keywords.in\ndeny[m] { m = \"x\"; m in input.y }\nallow = true { 1 }\n"
    let both = "package a\n\nimport rego.v1\n\ndeny contains m if {\n\tm = \"x\"\n\tm in input.y\n}\n\nallow if 1\n"
    let same =
      "package a\n\nimport future.keywords.in\n\ndeny[m] {\n\tm = \"x\"\n\tm in input.y\n}\n\nallow {\n\t1\n}\n"
    #expect(Self.format(given, .v0) == same)
    #expect(Self.format(given, .v0ToV1) == both)
  }

  @Test("What does not parse is refused with its place")
  func refusals() {
    #expect(Self.format("package a\n\np := [1,\n").hasPrefix("4: unexpected eof token"))
    #expect(Self.format("package a\np { 1 }") == "2: `if` keyword is required before rule body")
    let deep = "package a\np := " + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
    #expect(Self.format(deep) == "2: max nesting depth exceeded")
  }

  static func format(_ text: String, _ version: Formatter.Version = .v1) -> String {
    do {
      return String(decoding: try Formatter.format(Array(text.utf8), version: version), as: UTF8.self)
    } catch {
      return "\(error.location?.line ?? 0): \(error.message)"
    }
  }
}
