import BaileyCore
import BaileyTestSupport
import Testing

@Suite("Recorded reads and provenance", .serialized)
struct RecordedReads {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// The reads that the log has, by path below the project, with what was found.
  private func reads() throws -> [String: String] {
    let program = """
      import json, sys
      rows = [json.loads(line)["record"] for line in sys.stdin]
      reads = [row["body"] for row in rows if row["body"].get("action", {}).get("action") == "file.read"]
      project = sys.argv[1] + "/"
      print(json.dumps({b["action"]["resource"]["path"].replace(project, "", 1): b["detail"]["found"] for b in reads}))
      """
    try walls.scratch.write(program, to: "reads.py")
    let result = try walls.outside(
      "bailey log list --last 0 --json --kind observed | python3 ../reads.py '\(walls.project)'")
    let json = try JSON.parse(Array(result.output.utf8))
    return try #require(json.object, "\(result)").compactMapValues(\.string)
  }

  private func statement() throws -> JSON {
    let result = try walls.bailey(["provenance", "--json"])
    return try JSON.parse(Array(result.output.utf8))
  }

  /// Hashes by name.
  private func files(_ list: JSON?) -> [String: String] {
    let pairs = (list?.array ?? []).compactMap { file in
      file["name"]?.string.map {
        ($0, file["digest"]?["sha256"]?.string ?? file["annotations"]?["bailey.unknown"]?.string ?? "none")
      }
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private func inputs(_ statement: JSON) -> [String: String] {
    files(statement["predicate"]?["buildDefinition"]?["resolvedDependencies"])
  }

  private func sha256(_ text: String) throws -> String {
    String(try walls.outside("printf '\(text)' | sha256sum").output.prefix(64))
  }

  @Test(
    "Each way to read a file is on record once, with its content's hash: cat, Python, mmap, a link, a script that is run"
  )
  func ways() throws {
    for name in ["cat", "python", "mapped", "linked", "odd\nname"] {
      try walls.scratch.write(name, to: "project/" + name)
    }
    try walls.scratch.link("project/link", to: "linked")
    try walls.scratch.write("#!/bin/sh\n", to: "project/script", mode: 0o755)
    let program = """
      import mmap, os
      open('python').read(); os.path.exists('never')
      mmap.mmap(os.open('mapped', os.O_RDONLY), 0, prot=mmap.PROT_READ)[0]
      os.open('README', os.O_PATH)
      """
    let result = try walls.run(
      "cat cat; cat cat link 'odd\nname'; python3 -c \"\(program)\"; ./script; cat nothing; : > made",
      ["--record-reads"])
    #expect(result.output.hasPrefix("catcatlinkedodd\nname"), "\(result)")
    let reads = try reads()
    for name in ["cat", "python", "mapped", "link", "odd\nname"] { #expect(reads[name] == "opened", "\(name)") }
    #expect(reads["./script"] == "opened" && reads["/usr/bin/cat"] == "opened")
    for name in ["nothing", "never", "README", "made"] { #expect(reads[name] == nil, "\(name)") }
    let inputs = inputs(try statement())
    for name in ["cat", "python", "mapped", "linked", "odd\nname"] {
      #expect(try inputs[name] == sha256(name.replacing("\n", with: "\\n")), "\(name)")
    }
    #expect(Set(inputs.keys) == ["cat", "python", "mapped", "linked", "odd\nname", "script"])
    #expect(try walls.bailey(["log", "verify"]).status == 0)
  }

  @Test("A denied read is on record as denied, and no content of a sensitive file is hashed, whoever wrote it")
  func sensitive() throws {
    try walls.scratch.write("KEY=1\n", to: "project/.env")
    _ = try walls.run("cat .env; echo KEY=2 > .env.local; cat .env.local; cat README", ["--record-reads"])
    #expect(try reads()[".env"] == "denied" && reads()[".env.local"] == "opened")
    let statement = try statement()
    #expect(inputs(statement)[".env.local"] == "sensitive" && inputs(statement)[".env"] == nil)
    #expect(try inputs(statement)["README"] == sha256("hello\\n"))
    for text in ["KEY=1\\n", "KEY=2\\n"] {
      let found = try walls.outside("grep -rl \(try sha256(text)) ../state; true")
      #expect(found.output == "", "\(found)")
    }
  }

  @Test("What is renamed, written or replaced between two reads is told by name, and a hash is that of what was read")
  func between() throws {
    try walls.scratch.write("one", to: "project/a")
    _ = try walls.run("cat a; sleep 0.3; mv a b; cat b; printf two > a; cat a; sleep 0.3", ["--record-reads"])
    let statement = try statement()
    #expect(try inputs(statement) == ["a": sha256("one"), "b": sha256("one")])
    #expect(try files(statement["subject"]) == ["a": sha256("two"), "b": sha256("one")])
    let before = statement["subject"]?.array?.first?["annotations"]?["bailey.before.sha256"]?.string
    #expect(try before == sha256("one"))
  }

  @Test("Of 10,000 files each has one record, however often it is read, and a session without the word has none")
  func many() throws {
    let make = "mkdir d && for i in $(seq 10000); do echo $i > d/$i; done"
    #expect(try walls.outside(make).status == 0)
    let grep = "grep -r nothing-like-it d; grep -r nothing-like-it d; true"
    _ = try walls.run(grep)
    #expect(try reads().isEmpty)
    let silent = try walls.bailey(["provenance"])
    #expect(silent.output.contains("inputs: not recorded") && silent.output.contains("outputs: 0 files"), "\(silent)")
    _ = try walls.run(grep, ["--record-reads"])
    #expect(try reads().keys.filter { $0.hasPrefix("d/") }.count == 10_000)
    let statement = try statement()
    let parameters = statement["predicate"]?["buildDefinition"]?["internalParameters"]?["inputs"]
    #expect(parameters?["reads"]?["beyond"] == 0 && (parameters?["reads"]?["repeated"]?.int ?? 0) >= 10_000)
    let unknown = inputs(statement).values.filter { $0.utf8.count != 64 }
    #expect(inputs(statement).count == 10_000 && unknown.isEmpty, "\(unknown.prefix(5))")
  }

  @Test("What a session changed is stated without recorded reads, too, and a statement that was changed is not shown")
  func outputs() throws {
    _ = try walls.run("echo new > new; rm README")
    let statement = try statement()
    #expect(statement["_type"] == "https://in-toto.io/Statement/v1")
    #expect(try files(statement["subject"]) == ["new": sha256("new\\n")])
    #expect(files(statement["predicate"]?["runDetails"]?["byproducts"]) == ["README": "none"])
    let damaged = try walls.outside(
      "f=$(find ../state/bailey/payloads -type f); sed -i s/new/old/ $f; bailey provenance")
    #expect(damaged.status != 0 && damaged.errors.contains("[payload-changed]"), "\(damaged)")
    _ = try walls.run("echo x > direct", ["--workspace", "direct"])
    #expect(try walls.bailey(["provenance"]).output.contains("outputs: not known"))
  }

  @Test("The person's manifest turns it on, the project's cannot turn it off, and a way round by /proc is on record")
  func required() throws {
    try walls.scratch.directory("config/bailey")
    try walls.scratch.write("recording: {reads: true}\n", to: "config/bailey/manifest.yaml")
    let path = "/proc/self/root\(walls.project)/README"
    _ = try walls.run(
      "ln -s /proc/self/root\(walls.project) way; cat way/README; cat \(path); cat < README; exec 3< README; cat /dev/fd/3"
    )
    let reads = try reads()
    #expect(reads["way/README"] == "unclear", "\(reads.keys.filter { !$0.hasPrefix("/") })")
    // As the script above writes it: without the project.
    #expect(reads["/proc/self/rootREADME"] == "opened")
    #expect(reads["README"] == "opened" && reads["/dev/fd/3"] == "unclear")
  }
}
