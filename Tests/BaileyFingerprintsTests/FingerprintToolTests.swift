import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyFingerprints

@Suite("bailey fingerprint")
struct FingerprintToolTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.directory("engine")
    for number in 0..<4 { try scratch.write(sampleText(500, seed: UInt64(number)), to: "engine/file\(number).txt") }
  }

  private func run(_ arguments: String..., input: String = "", program: String = "bailey-fingerprint") throws
    -> Tool.Result
  {
    var environment = CurrentProcess.environment
    environment["XDG_STATE_HOME"] = scratch.path + "/state"
    return try Tool(Products.path(program), environment: environment, directory: scratch.path).run(
      arguments, input: input)
  }

  @Test("A directory is registered, listed, found in a file and in standard input, and removed")
  func sources() throws {
    #expect(try run("list").errors == "nothing is registered\n")
    let added = try run("add", "engine")
    #expect(
      added.status == 0 && added.output.hasPrefix("registered engine: ")
        && added.output.hasSuffix(" hashes of 4 files\n"))
    #expect(try run("list").output.hasPrefix("source  engine  "))
    try scratch.write("Hello\n" + sampleText(500, seed: 2).prefix(1500) + "\nBye\n", to: "answer.md")
    let found = try run("check", "answer.md")
    #expect(
      found.status == 3 && found.output.hasPrefix("answer.md:") && found.output.hasSuffix(": part of engine (likely)\n")
    )
    let piped = try run("check", "-", "--json", input: sampleText(500, seed: 3))
    let json = try JSON.parse(piped.output)
    #expect(piped.status == 3 && json["findings"]?.array?.first?["notes"]?["source"] == "engine")
    let other = try run("check", "-", input: sampleText(500, seed: 99))
    #expect(other.status == 0 && other.output.isEmpty && other.errors == "nothing of what is registered\n")
    #expect(try run("remove", "engine").output == "removed engine: source\n")
    #expect(try run("list", "--json").output == "{\"ok\":true,\"registered\":[],\"v\":1}\n")
  }

  @Test("Links are not followed, and .git, binary and large files are passed over")
  func walk() throws {
    try scratch.directory("engine/.git")
    try scratch.write(sampleText(500, seed: 20), to: "engine/.git/config")
    try scratch.write(sampleText(500, seed: 21), to: "outside.txt")
    try scratch.link("engine/link.txt", to: "../outside.txt")
    try scratch.link("engine/up", to: "..")
    try scratch.write("a\0b" + sampleText(500, seed: 22), to: "engine/binary")
    try scratch.write(String(repeating: "x", count: SourceWalk.largestFile + 1), to: "engine/large")
    _ = try Tool("/usr/bin/mkfifo").run([scratch.path + "/engine/fifo"])
    let added = try run("add", "engine", "--name", "e")
    #expect(added.status == 0)
    #expect(added.errors == "passed over: 1 binary, 1 above 8 MiB, 2 links, 1 that could not be read\n")
    for seed in [20, 21, 22] as [UInt64] {
      #expect(try run("check", "-", input: sampleText(500, seed: seed)).status == 0)
    }
    #expect(try run("check", "-", input: sampleText(500, seed: 1)).status == 3)
  }

  @Test("A list of records is registered and found, disguised too")
  func records() throws {
    let rows = (0..<20).map { "\($0),person\($0)x@a.net,\"Name\($0), Family\($0)\",+49 30 55\($0)123" }
    try scratch.write((["id,mail,name,phone"] + rows).joined(separator: "\r\n"), to: "people.csv")
    let added = try run("add-records", "people.csv", "--primary", "mail", "--columns", "name,phone", "--name", "people")
    #expect(added.output == "registered people: 20 of 20 rows, mail, name, phone\n" && added.status == 0)
    let found = try run("check", "-", input: "phone 49-30-553123 of Name3 Family3 (PERSON3X@A.NET)")
    #expect(found.status == 3 && found.output.hasSuffix(": record of people: mail, name, phone (certain)\n"))
    let refused = try run("add-records", "people.csv", "--primary", "id", "--json")
    let error = try JSON.parse(refused.output)["error"]
    #expect(refused.status == 1 && error?["code"] == "records-primary")
    #expect(!found.output.contains("person3x") && !found.output.contains("Family3"))
  }

  @Test("A broken index stops a check, with its code")
  func broken() throws {
    _ = try run("add", "engine")
    try scratch.write("nothing", to: "state/bailey/fingerprints/sources", mode: 0o600)
    let checked = try run("check", "-", input: "x")
    #expect(checked.status == 1 && checked.output.isEmpty && checked.errors.contains("[fingerprint-index-broken]"))
    #expect(try run("list").status == 1)
  }

  @Test("Usage, help and what cannot be read")
  func usage() throws {
    #expect(try run("lst").status == 2 && run("lst").errors.contains("did you mean `bailey fingerprint list`?"))
    #expect(try run("add").status == 2 && run("--help").output.contains("add-records"))
    #expect(try run("check", "-").errors.contains("[fingerprint-unknown]"))
    #expect(try run("add", "missing").errors.contains("[fingerprint-source-unreadable]"))
    try scratch.directory("empty")
    #expect(try run("add", "empty").errors.contains("[fingerprint-nothing]"))
    #expect(try run("add", ".").errors.contains("[fingerprint-name]"))
    for tool in ["add", "add-records", "list", "remove", "check"] {
      #expect(try run(tool, "--help").output.contains("EXAMPLES"))
    }
    #expect(try run("fingerprint", "list", program: "bailey").errors == "nothing is registered\n")
  }
}
