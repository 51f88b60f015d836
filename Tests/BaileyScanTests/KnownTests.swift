import BaileyCore
import BaileyTestSupport
import Testing

@testable import BaileyScan

@Suite("bailey scan: what is known, accepted and wanted")
struct KnownTests {
  private static func fixture() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.scratch.write("x\n" + Sample.awsLine, to: "a")
    return fixture
  }

  @Test("What a baseline knows is not told, wherever in its file it moves; new secrets and other files are")
  func baseline() throws {
    let fixture = try Self.fixture()
    #expect(try fixture.scan(["--write-baseline", "known.json"]).status == 0)
    let text = try fixture.scratch.read("known.json")
    let fingerprint = try #require(try fixture.lines(["a"]).first?["fingerprint"]?.string)
    #expect(!text.contains(Sample.aws) && !text.contains(fingerprint) && text.contains("aws-access-key"))
    #expect(try fixture.scan(["a", "--baseline", "known.json"]).status == 0)
    try fixture.scratch.write("\n\n\n" + Sample.awsLine, to: "a")
    let moved = try fixture.scan(["a", "--baseline", "known.json"])
    #expect(moved.status == 0 && moved.errors.contains("besides 1 known"))
    try fixture.scratch.write(Sample.awsLine + "and \(Sample.otherAWS) x\n", to: "a")
    #expect(try fixture.lines(["a", "--baseline", "known.json"]).map { $0["line"]?.int } == [2])
    try fixture.sh("cp a b")
    #expect(try fixture.lines(["b", "--baseline", "known.json"]).count == 2)
  }

  @Test("A baseline that is written anew keeps its salt, is sorted, and is replaced in one step")
  func rewritten() throws {
    let fixture = try Self.fixture()
    try fixture.sh("cp a c; cp a b")
    _ = try fixture.scan(["--write-baseline", "../\(fixture.path.split(separator: "/").last ?? "").json"])
    let file = fixture.path + ".json"
    defer { _ = try? fixture.sh("rm -f \(file)") }
    let first = try contents(file)
    #expect(try fixture.scan(["--write-baseline", file]).status == 0)
    #expect(try contents(file) == first)
    let paths = try #require(try JSON.parse(first)["entries"]?.array).compactMap { $0["path"]?.string }
    #expect(paths == ["a", "b", "c"])
  }

  @Test(
    "A baseline that is missing or not as it was written is refused",
    arguments: [
      nil, "", "{}", #"{"v":2,"salt":"","entries":[]}"#, #"{"v":1,"salt":"00","entries":[]}"#,
      #"{"v":1,"salt":"0000000000000000000000000000000000000000000000000000000000000000","entries":[{"rule":"a"}]}"#,
      #"{"v":1,"salt":"0000000000000000000000000000000000000000000000000000000000000000","entries":[],"x":1}"#,
    ])
  func badBaseline(text: String?) throws {
    let fixture = try Self.fixture()
    if let text { try fixture.scratch.write(text, to: "known.json") }
    let result = try fixture.scan(["a", "--baseline", "known.json"])
    #expect(result.status == 2 && result.errors.contains("[scan-baseline-invalid]"), "\(result)")
  }

  @Test("An allowlist excuses by rule, path and fingerprint, and is counted")
  func allowlist() throws {
    let fixture = try Self.fixture()
    let fingerprint = try #require(try fixture.lines([]).first?["fingerprint"]?.string)
    for text in ["rules: [aws-access-key]", "paths: ['a']", "fingerprints: ['\(fingerprint)']"] {
      try fixture.scratch.write(text, to: "allow.yaml")
      let result = try fixture.scan(["--allow", "allow.yaml"])
      #expect(result.status == 0 && result.errors.contains("1 allowed"), "\(text): \(result.errors)")
    }
    try fixture.sh("mkdir .bailey; cp allow.yaml .bailey/inspection.yaml")
    #expect(try fixture.scan([]).status == 0)
    #expect(try fixture.scan(["--no-allow"]).status == 1)
  }

  @Test(
    "An allowlist with anything unknown is refused with its place",
    arguments: ["rule: [a]", "rules: aws", "rules: [no-such-rule]", "fingerprints: [abc]", "- a", "paths: [&a b]"])
  func badAllowlist(text: String) throws {
    let fixture = try Self.fixture()
    try fixture.scratch.write(text, to: "allow.yaml")
    let result = try fixture.scan(["--allow", "allow.yaml"])
    #expect(result.status == 2 && result.errors.contains("allow.yaml:1:"), "\(result.errors)")
    #expect(try fixture.scan(["--allow", "missing.yaml"]).status == 2)
  }

  @Test("What is excused is told with who does so, in every format")
  func excuses() throws {
    let fixture = try Self.fixture()
    try fixture.sh("mkdir .bailey; echo 'paths: [a]' > .bailey/inspection.yaml")
    #expect(try fixture.scan([]).errors.contains("1 allowed by .bailey/inspection.yaml"))
    let summary = try #require(try fixture.lines([], type: "summary").first)
    #expect(summary["allowed"] == 1 && summary["allowed_by"] == [".bailey/inspection.yaml": 1])
    let sarif = try fixture.scan(["--format", "sarif"])
    #expect(sarif.status == 0 && sarif.output.contains("not told: 1 allowed by .bailey/inspection.yaml"))
  }

  @Test("An allowlist that is found is no link, and nobody else's")
  func unsafeAllowlist() throws {
    let fixture = try Self.fixture(), outside = try Fixture()
    try outside.sh("mkdir d; echo 'paths: [a]' > d/inspection.yaml")
    let prepare = [
      "mkdir .bailey; ln -s \(outside.path)/d/inspection.yaml .bailey", "ln -s \(outside.path)/d .bailey",
      "mkdir .bailey; cp \(outside.path)/d/inspection.yaml .bailey; chmod o+w .bailey/inspection.yaml",
    ]
    for script in prepare {
      try fixture.sh("rm -rf .bailey; \(script)")
      let result = try fixture.scan([])
      #expect(result.status == 2 && result.errors.contains("[scan-allowlist-unsafe]"), "\(script): \(result.errors)")
      #expect(try fixture.scan(["--no-allow"]).status == 1)
      #expect(try fixture.scan(["--allow", ".bailey/inspection.yaml"]).status == 0)
    }
  }

  @Test("What has no value is never known: a later archive at its path is told")
  func archives() throws {
    let fixture = try Fixture()
    let archive = { (word: String) in
      try fixture.sh(
        """
        python3 -c 'import sys,struct
        n=b"k"; d=sys.argv[1].encode()
        sys.stdout.buffer.write(struct.pack("<4sHHHHHIIIHH",b"PK\\3\\4",20,1,0,0,0,0,len(d),len(d),len(n),0)+n+d
          +struct.pack("<4sHHHHHHIIIHHHHHII",b"PK\\1\\2",20,20,1,0,0,0,0,len(d),len(d),len(n),0,0,0,0,0,0)+n
          +struct.pack("<4sHHHHIIH",b"PK\\5\\6",0,0,1,1,47,31+len(d),0))' \(word) > k.zip
        """)
    }
    _ = try archive("aaaaaaaaaaaaaaaaaaaaaaaa")
    let first = try fixture.lines(["--min-tier", "hint"])
    #expect(first.count == 1 && first.first?["fingerprint"] == "" && first.first?["kind"] == "evasion", "\(first)")
    let written = try fixture.scan(["--min-tier", "hint", "--write-baseline", "../\(fixture.name).json"])
    defer { _ = try? fixture.sh("rm -f ../\(fixture.name).json") }
    #expect(written.errors.contains("1 finding without a value cannot be known again"), "\(written.errors)")
    _ = try archive("bbbbbbbbbbbbbbbbbbbbbbbb")
    #expect(try fixture.lines(["--min-tier", "hint", "--baseline", "../\(fixture.name).json"]).count == 1)
    try fixture.sh("git init -q .; git add .; git commit -qm one")
    _ = try archive("cccccccccccccccccccccccc")
    try fixture.sh("git commit -qam two")
    #expect(try fixture.lines(["--min-tier", "hint", "--range", "HEAD~1..HEAD"]).count == 1)
  }

  @Test("What is registered is found, unless that is not wanted; a broken store is refused")
  func registered() throws {
    let fixture = try Fixture()
    try fixture.sh("mkdir -p ../\(fixture.name)-state")
    defer { _ = try? fixture.sh("rm -rf ../\(fixture.name)-state") }
    let names = [
      "Anna", "Berta", "Clara", "Dora", "Emma", "Frieda", "Greta", "Hanna", "Ida", "Jana", "Olivia", "Paula",
    ]
    let rows = names.map { "\($0.lowercased()).barrington@corp-mail.de,\($0) Barrington\n" }
    try fixture.scratch.write("email,name\n" + rows.joined(), to: "people.csv")
    var environment = Tool.inherited
    environment["XDG_STATE_HOME"] = fixture.path + "-state"
    let tool = try Tool(Products.path("bailey-fingerprint"), environment: environment, directory: fixture.path)
      .run(["add-records", "people.csv", "--primary", "email", "--name", "people"])
    #expect(tool.status == 0, "\(tool.errors)")
    try fixture.scratch.write("olivia.barrington@corp-mail.de is Olivia Barrington\n", to: "a")
    let isRecord = { (line: JSON) in line["rule"] == "exact-data" }
    #expect(try fixture.lines(["a"]).contains(where: isRecord))
    #expect(try !fixture.lines(["a", "--no-registered"]).contains(where: isRecord))
    try fixture.sh("echo broken > ../\(fixture.name)-state/bailey/fingerprints/records/people")
    let broken = try fixture.scan(["a"])
    #expect(broken.status == 2 && broken.errors.contains("--no-registered"), "\(broken.errors)")
    #expect(try fixture.scan(["a", "--no-registered"]).status != 2)
  }

  @Test("A comment in the line excuses and is counted, unless that is not wanted")
  func comments() throws {
    let fixture = try Fixture()
    try fixture.scratch.write("key \(Sample.aws) # bailey:allow\n", to: "a")
    #expect(try fixture.scan([]).status == 0)
    #expect(try fixture.scan([]).errors.contains("besides 1 excused by comments"))
    #expect(try fixture.lines([], type: "summary").first?["excused_by_comments"] == 1)
    #expect(try fixture.scan(["--ignore-allow-comments"]).status == 1)
  }

  @Test("Tiers and kinds choose what is told and what fails")
  func tiers() throws {
    let fixture = try Self.fixture()
    try fixture.scratch.write("mail someone.real@corp-mail.de\n", to: "b")
    #expect(try fixture.scan(["--fail-on", "never"]).status == 0)
    #expect(try fixture.lines(["--min-tier", "certain"]).allSatisfy { $0["tier"]?.string == "certain" })
    #expect(try fixture.lines(["--kind", "secret", "--min-tier", "hint"]).map { $0["path"]?.string } == ["a"])
    #expect(try fixture.scan(["--kind", "personal", "--fail-on", "certain"]).status == 0)
    #expect(try fixture.scan(["--min-tier", "certain", "--fail-on", "hint"]).status == 2)
  }

  @Test("Rules of a site are looked for besides, listed and explained; a bad one is refused")
  func ownRules() throws {
    let fixture = try Fixture()
    try fixture.scratch.write("key acme_0123456789abcdef x\n", to: "a")
    try fixture.scratch.write(
      """
      rules:
        - id: acme-key
          title: Key of Acme
          tier: certain
          prefixes: [acme_]
          pattern: 'acme_[a-z0-9]{16}'
          examples: ['key acme_0123456789abcdef']
      """, to: "rules.yaml")
    #expect(try fixture.lines(["a", "--rules", "rules.yaml"]).contains { $0["rule"]?.string == "acme-key" })
    #expect(try fixture.scan(["--rules", "rules.yaml", "--list-rules"]).output.contains("acme-key"))
    #expect(try fixture.scan(["--rules", "rules.yaml", "--explain", "acme-key"]).output.contains("pattern: acme_"))
    let unknown = try fixture.scan(["--explain", "aws-acess-key"])
    #expect(unknown.status == 2 && unknown.errors.contains("did you mean aws-access-key?"))
    #expect(try fixture.scan(["--explain", "aws-acc"]).errors.contains("did you mean aws-access-key?"))
    #expect(try fixture.scan(["--explain", "unreadable-archive"]).output.contains("look at what it holds"))
    #expect(try fixture.scan(["--list-rules"]).output.contains("source-fingerprint"))
    try fixture.scratch.write("rules:\n  - id: x\n", to: "rules.yaml")
    let bad = try fixture.scan(["a", "--rules", "rules.yaml"])
    #expect(bad.status == 2 && bad.errors.contains("rules.yaml:2:5") && bad.errors.contains("[rule-key-missing]"))
  }

  @Test(
    "What contradicts itself is a usage error",
    arguments: [
      ["--git", "--staged"], ["-", "a"], ["--name", "x"], ["--git", "a", "b"], ["--jobs", "0"], ["--format", "xml"],
      ["--json", "--format", "sarif"], ["--no-such-option"],
    ])
  func usage(arguments: [String]) throws {
    #expect(try Fixture().scan(arguments).status == 2)
  }

  @Test("A report that cannot be written is a failure, and one that can is private")
  func output() throws {
    let fixture = try Self.fixture()
    try fixture.sh("mkdir taken")
    #expect(try fixture.scan(["a", "-o", "taken"]).status == 2)
    #expect(try fixture.scan(["a", "--format", "sarif", "-o", "out.sarif"]).status == 1)
    #expect(try fixture.sh("stat -c %a out.sarif") == "600\n")
    let scanner = Products.path("bailey-scan")
    #expect(try fixture.sh("code=0; \(scanner) a > /dev/full 2> err || code=$?; echo $code") == "2\n")
  }

  @Test("bailey hands over to bailey-scan, its help included")
  func handOver() throws {
    let fixture = try Self.fixture()
    let bailey = Tool(Products.path("bailey"), directory: fixture.path)
    #expect(try bailey.run(["scan", "a", "--json"]).status == 1)
    #expect(try bailey.run(["scan", "--help"]).output.contains("--write-baseline"))
  }
}
