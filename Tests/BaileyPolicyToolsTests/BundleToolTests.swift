import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@Suite("Bundles from the command line")
struct BundleToolTests {
  private func tool() throws -> Tool {
    let tool = try Tool()
    for (path, text) in [
      ("p/agent/a.rego", "package agent\n\nallow if data.cfg.on\n"), ("p/agent/a_test.rego", "package agent_test\n"),
      ("p/cfg/data.json", "{\"on\": true}\n"), ("p/.manifest", #"{"metadata": {"x": 1.5}}"#), ("p/README.md", "hi"),
      ("p/.git/config", "x"),
    ] { try tool.put(text, path) }
    return tool
  }

  /// Keys of every kind, made by openssl.
  private func keys(_ tool: Tool) throws {
    for (name, options) in [
      ("ed", ["-algorithm", "ED25519"]), ("ec", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
      ("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ] {
      let secret = tool.scratch.path + "/\(name).pem"
      try openssl(["genpkey"] + options + ["-out", secret])
      try openssl(["pkey", "-in", secret, "-pubout", "-out", tool.scratch.path + "/\(name).pub"])
      try tool.setMode("\(name).pem", 0o600)
    }
  }

  private func openssl(_ arguments: [String]) throws {
    let result = try BaileyTestSupport.Tool("/usr/bin/openssl").run(arguments)
    #expect(result.status == 0, "\(result.errors)")
  }

  private func build(_ tool: Tool, _ more: [String] = []) throws -> Tool.Result {
    try tool.run(
      ["bundle", "build", "p", "--revision", "7", "--root", "agent", "--root", "cfg", "--output", "b.tar.gz"] + more)
  }

  @Test("build takes modules, data and the manifest, and makes the same bytes twice")
  func deterministic() throws {
    let tool = try tool()
    try keys(tool)
    for signing in [[], ["--signing-key", "ed.pem", "--signing-alg", "EdDSA"], ["--signing-key", "rsa.pem"]] {
      #expect(try build(tool, signing).code == 0)
      let first = try tool.bytes("b.tar.gz")
      #expect(try build(tool, signing).code == 0)
      #expect(try tool.bytes("b.tar.gz") == first)
    }
    let shown = try tool.run(["bundle", "inspect", "b.tar.gz", "--format", "json"])
    let report = try JSON.parse(Array(shown.output.utf8))
    #expect(report["revision"] == "7" && report["roots"] == ["agent", "cfg"])
    #expect(report["signatures"] == [["keyid": "default", "alg": "RS256"]])
    let names = report["files"]?.array?.compactMap { $0["name"]?.string }
    #expect(names == [".manifest", ".signatures.json", "agent/a.rego", "cfg/data.json"])
    #expect(try tool.run(["bundle", "inspect", "b.tar.gz"]).output.contains("roots: /agent, /cfg\n"))
  }

  @Test(
    "A bundle or directory that is signed is verified with its key, name and scope, and with no other",
    arguments: [("ed", "EdDSA"), ("ec", "ES256"), ("rsa", "RS256")])
  func signatures(key: String, algorithm: String) throws {
    let tool = try tool()
    try keys(tool)
    #expect(try build(tool).code == 0)
    try tool.scratch.write(#"{"revision": "7", "roots": ["agent", "cfg"]}"#, to: "p/.manifest")
    for path in ["b.tar.gz", "p"] {
      let sign = ["bundle", "sign", path, "--signing-key", "\(key).pem", "--signing-alg", algorithm]
      #expect(try tool.run(sign + ["--key-id", "k", "--scope", "s"]).code == 0)
      func verify(_ words: [String]) throws -> Tool.Result { try tool.run(["bundle", "verify", path] + words) }
      let good = ["--verification-key", "k=\(key).pub", "--scope", "s"]
      #expect(try verify(good).code == 0)
      #expect(try verify(["--verification-key", "k=\(key).pub"]).errors.contains("another scope [bundle-signature]"))
      #expect(try verify(["--verification-key", "\(key).pub", "--scope", "s"]).errors.contains("[bundle-key-unknown]"))
      let other = key == "ed" ? "ec" : "ed"
      #expect(
        try verify(["--verification-key", "k=\(other).pub", "--scope", "s"]).errors.contains("[bundle-signature]"))
      #expect(try verify([]).errors.contains("[policy-key-missing]"))
    }
    let good = ["bundle", "verify", "b.tar.gz", "--verification-key", "k=\(key).pub", "--scope", "s"]
    #expect(try tool.run(good).output == "b.tar.gz: revision 7, 4 files, signed by k (\(algorithm))\n")
    #expect(try tool.run(good + ["--active", "8"]).errors.contains("[bundle-older]"))
    #expect(try tool.run(good + ["--active", "7"]).code == 0)
  }

  @Test("What was changed, added or taken away after signing is refused, as is what is no bundle")
  func refusals() throws {
    let tool = try tool()
    try keys(tool)
    try tool.scratch.write(#"{"revision": "7", "roots": ["agent", "cfg"]}"#, to: "p/.manifest")
    #expect(
      try tool.run(["bundle", "sign", "p", "--signing-key", "ed.pem", "--signing-alg", "EdDSA"]).code == 0)
    func code(_ path: String = "p") throws -> String {
      let errors = try tool.run(["bundle", "verify", path, "--verification-key", "ed.pub"]).errors
      return String(errors.split(separator: "[").last?.prefix { $0 != "]" } ?? "")
    }
    try tool.scratch.write("package agent\nallow := true", to: "p/agent/a.rego")
    #expect(try code() == "bundle-hash")
    try tool.scratch.write("package agent\n\nallow if data.cfg.on\n", to: "p/agent/a.rego")
    try tool.put("package agent", "p/agent/more.rego")
    #expect(try code() == "bundle-file-unsigned")
    try tool.remove("p/agent/more.rego")
    try tool.remove("p/README.md")
    #expect(try code() == "bundle-file-missing")
    try tool.scratch.link("p/agent/link.rego", to: "/etc/passwd")
    #expect(try code() == "bundle-entry-kind")
    try tool.scratch.write("no archive", to: "x.tar.gz")
    #expect(try code("x.tar.gz") == "bundle-malformed" && code("none") == "policy-file-unreadable")
    try tool.remove("p/agent/link.rego")
    #expect(try build(tool).code == 0 && code("b.tar.gz") == "bundle-unsigned")
  }

  @Test("build refuses what would not load, and a key that others can read")
  func building() throws {
    let tool = try tool()
    try keys(tool)
    let outside = try tool.run(["bundle", "build", "p", "--root", "cfg"])
    #expect(outside.code == 1 && outside.errors.contains("[bundle-roots]"))
    try tool.setMode("ed.pem", 0o640)
    #expect(
      try build(tool, ["--signing-key", "ed.pem", "--signing-alg", "EdDSA"]).errors.contains("[secret-file-open]"))
    #expect(
      try build(tool, ["--signing-key", "ec.pem", "--signing-alg", "EdDSA"]).errors.contains("[bundle-signature]"))
    try tool.scratch.write("package agent\nallow if input.acton", to: "p/agent/b.rego")
    #expect(try build(tool).errors.contains("[policy-input-unknown]"))
    #expect(try tool.run(["bundle", "sign", "p"]).errors.contains("[policy-key-missing]"))
    #expect(try tool.run(["bundle"]).output.contains("bundle verify policies.tar.gz"))
  }
}

extension Tool {
  /// With the directories that it needs.
  fileprivate func put(_ text: String, _ name: String) throws {
    try WholeFile.replace(scratch.path + "/" + name, with: Array(text.utf8))
  }

  fileprivate func bytes(_ name: String) throws -> [UInt8]? {
    try WholeFile.read(scratch.path + "/" + name, limit: 1 << 20)?.bytes
  }

  fileprivate func setMode(_ name: String, _ mode: UInt32) throws {
    try Descriptor.workingDirectory.setMode(of: scratch.path + "/" + name, mode, noFollow: false)
  }

  fileprivate func remove(_ name: String) throws { try Descriptor.workingDirectory.unlink(scratch.path + "/" + name) }
}
