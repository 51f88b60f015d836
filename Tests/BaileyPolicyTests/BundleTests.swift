import BaileyCore
import BaileyRegoLibraries
import BaileyTestSupport
import Testing

@testable import BaileyPolicy

@Suite("Bundles in OPA's format")
struct BundleTests {
  private static let texts = [
    ".manifest": #"{"revision": "2", "roots": ["agent", "cfg"]}"#, "data.json": "{\"cfg\": {\"b\": 1.50}}\n",
    "agent/p.rego": "package agent\n\nallow if data.cfg.b == 1.5\n", "agent/p_test.rego": "package agent_test\n",
  ]

  private func files(_ changes: [String: String?] = [:]) throws -> BundleFiles {
    let texts = Self.texts.merging(changes.compactMapValues(\.self)) { $1 }
    let kept = texts.filter { changes[$0.key] != .some(nil) }
    return try BundleFiles(name: "b.tar.gz", files: kept.mapValues { Array($0.utf8) })
  }

  private func open(_ files: BundleFiles, _ keys: [String: String] = [:], active: String? = nil) throws -> Bundle {
    try Bundle(
      files, keys: .init(keys.mapValues { Array($0.utf8) }), active: active, registry: Libraries.registry)
  }

  private func code(_ files: BundleFiles, _ keys: [String: String] = [:], active: String? = nil) -> String? {
    do { _ = try open(files, keys, active: active) } catch { return (error as? Fault)?.code }
    return nil
  }

  @Test(
    "A bundle survives packing, signing with each kind of key and unpacking, and decides",
    arguments: [
      ("RS256", TestKeys.rsaPrivate, TestKeys.rsaPublic), ("ES256", TestKeys.ecPrivate, TestKeys.ecPublic),
      ("EdDSA", TestKeys.edPrivate, TestKeys.edPublic), ("PS384", TestKeys.rsaPrivate, TestKeys.rsaPublic),
    ])
  func roundTrip(algorithm: String, secret: String, known: String) throws {
    let signer = BundleSignature.Signer(key: Array(secret.utf8), keyIdentifier: "k", algorithm: algorithm)
    let archive = try BundleSignature.sign(try files(), signer).archive()
    let read = try BundleFiles(name: "b.tar.gz", archive: archive)
    let bundle = try open(read, ["k": known])
    #expect(bundle.manifest.revision == "2")
    let reasons = regoJudge(bundle.policy).judge(policyAction())
    #expect(reasons.map(\.effect) == [.allow] && reasons.first?.source?.text == "b.tar.gz/agent/p.rego:3")
    #expect(code(read, ["k": TestKeys.otherPublic]) == "bundle-signature")
    #expect(code(read, ["other": known]) == "bundle-key-unknown" && code(read) == "bundle-key-unknown")
  }

  @Test("The same files give the same archive")
  func deterministic() throws {
    #expect(try files().archive() == files().archive())
    let long = try files([String(repeating: "d/", count: 90) + "data.json": #"{"cfg": 1}"#])
    #expect(try BundleFiles(name: "b.tar.gz", archive: long.archive()) == long)
  }

  @Test("A bundle that another program made and signed is read and verified")
  func foreign() throws {
    let archive = try #require(Base64.decode(TestKeys.foreignBundle))
    let read = try BundleFiles(name: "f", archive: archive)
    #expect(
      regoJudge(try open(read, ["default": TestKeys.rsaPublic]).policy).judge(policyAction()).map(\.effect) == [.allow])
    #expect(code(read, ["default": TestKeys.edPublic]) == "bundle-signature")
  }

  @Test("Structured files are hashed by what they mean")
  func hashes() {
    // SHA-256 of `{"cfg":1}`.
    let expected = NamedHash.hex(Array(#"{"cfg":1}"#.utf8), "SHA-256")
    #expect(BundleSignature.hash("x/data.json", Array("{ \"cfg\" : 1 }\n".utf8), "SHA-256") == expected)
    #expect(BundleSignature.hash("x/other.json", Array("{ \"cfg\" : 1 }\n".utf8), "SHA-256") != expected)
    #expect(BundleSignature.hash("data.json", [], "SHA-256") == nil && BundleSignature.hash("a", [], "MD5") == nil)
  }

  @Test("What was changed, added or removed after signing is refused, and an unsigned bundle where there are keys")
  func tampering() throws {
    let signer = BundleSignature.Signer(key: Array(TestKeys.edPrivate.utf8), keyIdentifier: "k", algorithm: "EdDSA")
    let signed = try BundleSignature.sign(try files(), signer)
    let keys = ["k": TestKeys.edPublic]
    #expect(code(signed, keys) == nil)
    var changed = signed
    changed.put("agent/p.rego", Array("package agent\nallow := true".utf8))
    #expect(code(changed, keys) == "bundle-hash")
    var data = signed
    data.put("data.json", Array("{\"cfg\": {\"b\": 1.5}}".utf8))
    #expect(code(data, keys) == "bundle-hash")
    var more = signed
    more.put("agent/q.rego", Array("package agent".utf8))
    #expect(code(more, keys) == "bundle-file-unsigned")
    let fewer = try BundleFiles(
      name: "b",
      files: Dictionary(
        uniqueKeysWithValues: signed.paths.filter { $0 != "agent/p.rego" }.map { ($0, signed[$0] ?? []) }))
    #expect(code(fewer, keys) == "bundle-file-missing")
    #expect(code(try files(), keys) == "bundle-unsigned")
    for text in ["{}", "[]", "x", #"{"signatures": []}"#, #"{"signatures": ["a.b"]}"#, #"{"signatures": [1]}"#] {
      var broken = signed
      broken.put(".signatures.json", Array(text.utf8))
      #expect(code(broken, keys) == "bundle-signature", "\(text)")
    }
  }

  @Test("A token with `none` or a key in common is refused, whatever it says")
  func weakAlgorithms() throws {
    let payload = part(#"{"files":[],"keyid":"k"}"#)
    for header in [#"{"alg":"none"}"#, #"{"alg":"HS256"}"#, #"{"alg":"RS256","crit":["x"],"x":1}"#] {
      let token = part(header) + "." + payload + ".AAAA"
      var bundle = try files()
      bundle.put(".signatures.json", JSON.object(["signatures": .array([.string(token)])]).canonical)
      #expect(code(bundle, ["k": TestKeys.rsaPublic]) == "bundle-signature", "\(header)")
    }
  }

  /// A part of a token; these texts need neither of the two letters that differ.
  private func part(_ text: String) -> String { Base64.encode(Array(text.utf8)).filter { $0 != "=" } }

  @Test(
    "An older revision than the active one is refused; where no order is known it is not",
    arguments: [
      ("3", true), ("2", false), ("1", false), ("10", true), ("2.0.1", true), ("abc", false), ("v3", true),
    ])
  func revisions(active: String, isRefused: Bool) throws {
    #expect(code(try files(), active: active) == (isRefused ? "bundle-older" : nil))
    #expect(BundleRevision.isOlder("2026-01-02T03:04:05Z", than: "2026-01-02T03:04:06Z"))
  }

  @Test(
    "Contents that are no bundle are refused",
    arguments: [
      ([".manifest": "{"], "bundle-manifest"), ([".manifest": "[]"], "bundle-manifest"),
      ([".manifest": #"{"roots": ["a", "a/b"]}"#], "bundle-manifest"),
      ([".manifest": #"{"rego_version": 2}"#], "bundle-manifest"),
      ([".manifest": #"{"wasm": [{}]}"#], "bundle-manifest"), ([".manifest": #"{"revision": 1}"#], "bundle-manifest"),
      ([".manifest": #"{"roots": ["cfg"]}"#], "bundle-roots"),
      ([".manifest": #"{"roots": ["agent"]}"#], "bundle-roots"),
      (["agentx/p.rego": "package agentx"], "bundle-roots"), (["data.json": "[1]"], "bundle-malformed"),
      (["data.json": "{"], "bundle-malformed"), (["cfg/b/data.json": "2"], "bundle-data-conflict"),
      (["policy.wasm": ""], "bundle-unsupported"), (["x/data.yaml": ""], "bundle-unsupported"),
      (["agent/p.rego": "package agent\nallow if"], "policy-invalid"),
      (["agent/p.rego": "package agent\nallow if input.acton"], "policy-input-unknown"),
    ] as [([String: String], String)])
  func contents(changes: [String: String], expected: String) throws {
    #expect(code(try files(changes)) == expected)
  }

  @Test("Data is merged by directory, versions of the language by file")
  func dataAndVersions() throws {
    let changes = [
      ".manifest": #"{"rego_version": 1, "file_rego_versions": {"/old/*.rego": 0}}"#, "cfg/deep/data.json": #"["x"]"#,
      "old/o.rego": "package old\nallow { data.cfg.deep[_] == \"x\"; data.cfg.b == 1.5 }",
    ]
    let reasons = regoJudge(try open(files(changes)).policy).judge(policyAction())
    #expect(Set(reasons.map { $0.source?.text }) == ["b.tar.gz/agent/p.rego:3", "b.tar.gz/old/o.rego:2"])
  }
}

@Suite("Archives of strangers")
struct ArchiveTests {
  /// One entry of a tar archive, with a right sum.
  private func entry(_ name: String, kind: Character = "0", size: String? = nil, content: [UInt8] = []) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Collection<UInt8>, _ offset: Int) {
      for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
    }
    let octal = String(content.count, radix: 8)
    put(name.utf8.prefix(100), 0)
    put((size ?? String(repeating: "0", count: 11 - octal.count) + octal).utf8, 124)
    put("        ".utf8, 148)
    put(String(kind).utf8, 156)
    put("ustar\u{0}00".utf8, 257)
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    put((String(repeating: "0", count: 6 - sum.count) + sum).utf8, 148)
    return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  private func code(_ tar: [UInt8]) -> String? {
    do { _ = try TarReader.files(tar, subject: "t") } catch { return error.code }
    return nil
  }

  private let end = [UInt8](repeating: 0, count: 1024)

  @Test("Plain files with every spelling of their name")
  func plain() throws {
    let pax = Array("17 path=/long.ok\n".utf8)
    let tar =
      entry("/a") + entry("./b/c", content: [1]) + entry("d/", kind: "5") + entry("g", kind: "g", content: [0x31])
      + entry("pax", kind: "x", content: pax) + entry("short")
      + entry("L", kind: "L", content: Array("gnu/name\0".utf8))
      + entry("short", content: [2]) + end
    #expect(try TarReader.files(tar, subject: "t").map(\.path) == ["a", "b/c", "long.ok", "gnu/name"])
    #expect(try TarReader.files(tar, subject: "t").map(\.bytes) == [[], [1], [], [2]])
  }

  @Test(
    "A path that leads outside",
    arguments: [
      "../a", "a/../b", "a/..", "..", "/..", "//a", "a//b", "a/./b", "a\u{1}", "a\\b", ".",
    ])
  func paths(name: String) { #expect(code(entry(name) + end) == "bundle-path") }

  @Test("Links, devices and pipes", arguments: ["1", "2", "3", "4", "6", "7", "S", "K"])
  func kinds(kind: Character) { #expect(code(entry("a", kind: kind) + end) == "bundle-entry-kind") }

  @Test("Archives that are cut, wrong or too long")
  func malformed() {
    let whole = entry("a", content: [1, 2, 3]) + end
    var sum = whole
    sum[0] ^= 1
    let cases: [[UInt8]] = [
      [], Array(whole.prefix(100)), Array(whole.prefix(700)), sum, whole + [1], entry("a") + entry("/a") + end,
      entry("a", size: "77777777777") + end, entry("a", size: "-0000000001") + end,
      entry("a", size: "           ") + end,
      entry("p", kind: "x", content: Array("99 path=x\n".utf8)) + entry("a") + end,
      entry("p", kind: "x", content: Array("10 size=9\n".utf8)) + entry("a") + end,
      entry("p", kind: "x", content: Array("x".utf8)) + entry("a") + end,
    ]
    for (index, tar) in cases.enumerated() { #expect(code(tar) == "bundle-malformed", "case \(index)") }
    let many = (0...10_000).flatMap { entry("f\($0)") }
    #expect(code(many + end) == "bundle-malformed")
  }

  @Test("Any cut and any changed byte of an archive is refused or read, never a crash")
  func damage() throws {
    let archive = try BundleFiles(name: "b", files: ["a.rego": Array("package a".utf8), "data.json": [0x7B, 0x7D]])
      .archive()
    for index in archive.indices {
      #expect(throws: Fault.self) { try BundleFiles(name: "b", archive: Array(archive.prefix(index))) }
      var changed = archive
      changed[index] ^= 0x55
      if let read = try? BundleFiles(name: "b", archive: changed) { #expect(read.paths.count <= 2) }
    }
    let tar = entry("a", content: [1]) + entry("b/c", content: [2]) + end
    for index in 0..<1536 {
      var changed = tar
      changed[index] ^= 0x15
      if let read = try? TarReader.files(changed, subject: "t") { #expect(read.count <= 2) }
    }
  }

  @Test("What expands beyond the limit is refused, as is what is behind the end")
  func expansion() throws {
    let bomb = try Gzip.compress([UInt8](repeating: 0, count: 10 << 20), subject: "z")
    #expect(bomb.count < 100_000)
    #expect(throws: Fault("bundle-too-large", subject: "z", why: "more than 1048576 bytes when expanded")) {
      try Gzip.expand(bomb, limit: 1 << 20, subject: "z")
    }
    #expect(try Gzip.expand(bomb, limit: 10 << 20, subject: "z").count == 10 << 20)
    #expect(throws: Fault.self) { try Gzip.expand(bomb + [0], limit: 20 << 20, subject: "z") }
    #expect(throws: Fault.self) { try Gzip.expand([], limit: 20 << 20, subject: "z") }
  }
}
