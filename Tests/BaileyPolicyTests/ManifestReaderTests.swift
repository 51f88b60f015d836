import BaileyCore
import BaileyPolicy
import Testing

func read(_ text: String) throws(ManifestIssues) -> ManifestDocument {
  try ManifestReader.read(Array(text.utf8), file: "m.yaml", home: "/home/u")
}

/// `line:column code` of each issue.
func issues(_ text: String) -> [String] {
  do {
    _ = try read(text)
    return []
  } catch {
    return error.issues.map { "\($0.source.line):\($0.source.column) \($0.code)" }
  }
}

@Suite struct ManifestReaderTests {
  @Test("Every key of the schema is read, and each rule knows its line")
  func everything() throws {
    let manifest = try read(
      """
      version: 1
      name: web
      extends: [node, python]
      workspace: copy
      files:
        - ~/data
        - write:/srv//out/./x/
        - deny: secrets
        - {path: /opt/x, access: read}
        - {path: ./src, mode: rw}
      network:
        - API.GitHub.com
        - "*.example.com:8000-8010"
        - 10.1.2.0/24
        - "[2001:4860::1]:53"
        - https://pkg.example/
        - {host: db.local.test, ports: [5432, "6000-6001"], protocol: tcp}
        - deny: tracker.example.com
      environment:
        pass: [CI, LC_*]
        set: {PORT: 8080, FLAG: no}
        secrets: [API_TOKEN]
      limits: {memory: 4GiB, wall: 30m, processes: 100, upload: 0, cpu: 90}
      sensitive: ["**/*.pem"]
      optional: [cgroup]
      publish: [3000]
      host_ports: [5432]
      """)
    let rules = manifest.manifest
    #expect(manifest.extends == ["node", "python"])
    #expect(manifest.workspace == .copy)
    #expect(rules.files.map(\.path) == ["/home/u/data", "/srv/out/x", "secrets", "/opt/x", "src"])
    #expect(rules.files.map(\.access) == [.read, .write, .deny, .read, .write])
    #expect(rules.files[1].source == SourceLocation(file: "m.yaml", line: 7, column: 5))
    #expect(
      rules.network.map(\.targetText) == [
        "api.github.com", "*.example.com", "10.1.2.0/24", "2001:4860::1/128", "pkg.example", "db.local.test",
        "tracker.example.com",
      ])
    #expect(
      rules.network.map(\.ports) == [[], [8000...8010], [], [53...53], [443...443], [5432...5432, 6000...6001], []])
    #expect(rules.network.map(\.transport) == [.any, .any, .any, .any, .tls, .tcp, .any])
    #expect(rules.network.last?.access == .deny)
    #expect(rules.environment.set == ["PORT": "8080", "FLAG": "no"])
    #expect(rules.limits.memory == 4 << 30 && rules.limits.wallSeconds == 1800 && rules.limits.uploadBytes == 0)
    #expect(rules.optional == [.cgroup] && rules.publish == [3000] && rules.hostPorts == [5432])
  }

  @Test("The JSON form is accepted as it is")
  func json() throws {
    let rules = try read(
      #"{"name": "x", "permissions": {"files": ["read:~/x", "/y", {"path": "/z", "mode": "write"}], "network": ["a.com:443", {"host": "b.com", "port": 80}]}}"#
    ).manifest
    #expect(rules.files.map(\.path) == ["/home/u/x", "/y", "/z"])
    #expect(rules.network.map(\.ports) == [[443...443], [80...80]])
  }

  @Test("An empty file says nothing and permits nothing", arguments: ["", "# nothing\n", "---\n", "{}", "null"])
  func empty(text: String) throws {
    #expect(try read(text).manifest == Manifest())
  }

  @Test(
    "Each mistake is named with its line and column",
    arguments: [
      ("netwrk: []", "1:1 manifest-unknown-key"), ("a: 1\nfiles: []", "1:1 manifest-unknown-key"),
      ("files: {a: b}", "1:8 manifest-type"), ("name: 5", "1:7 manifest-type"), ("ceiling: yes", "1:10 manifest-type"),
      ("version: 2", "1:10 manifest-version"), ("version: \"1\"", "1:10 manifest-type"),
      ("files:\n  - read:../x", "2:5 manifest-path"), ("files: [\"a/../b\"]", "1:9 manifest-path"),
      ("files: [\"/x\\0y\"]", "1:9 manifest-path"), ("files: [/x/*]", "1:9 manifest-path"),
      ("files: [$HOME/x]", "1:9 manifest-path"),
      ("files: [~root/x]", "1:9 manifest-path"), ("files: [exec:/x]", "1:9 manifest-value"),
      ("files: [~]", "1:9 manifest-type"),
      ("files: [{access: read}]", "1:9 manifest-value"),
      ("files: [{path: /x, acess: read}]", "1:20 manifest-unknown-key"),
      ("sensitive: [\"[a\"]", "1:13 manifest-glob"), ("sensitive: [a**]", "1:13 manifest-glob"),
      ("network: [\"a\\0.com\"]", "1:11 manifest-host"), ("network: [a%00.com]", "1:11 manifest-host"),
      ("network: [аpple.com]", "1:11 manifest-host"), ("network: [\"*\"]", "1:11 manifest-host"),
      ("network: [\"*.com\"]", "1:11 manifest-host"),
      ("network: [2130706433]", "1:11 manifest-type"), ("network: [127.1]", "1:11 manifest-address"),
      ("network: [0x7f.1]", "1:11 manifest-host"), ("network: [10.0.0.1/8]", "1:11 manifest-address"),
      ("network: [169.254.169.254]", "1:11 manifest-address"),
      ("network: [\"::ffff:1.2.3.4\"]", "1:11 manifest-address"),
      ("network: [\"a.com:0\"]", "1:11 manifest-port"), ("network: [\"a.com:65536\"]", "1:11 manifest-port"),
      ("network: [\"a.com:\"]", "1:11 manifest-port"), ("network: [\"a.com:9-8\"]", "1:11 manifest-port"),
      ("network: [\"https://a.com/path\"]", "1:11 manifest-value"),
      ("network: [\"ftp://a.com\"]", "1:11 manifest-value"),
      ("network: [\"https://u:p@a.com\"]", "1:11 manifest-host"), ("network: [{port: 80}]", "1:11 manifest-value"),
      ("publish: [0]", "1:11 manifest-port"), ("publish: [1-2]", "1:11 manifest-port"),
      ("environment: {pass: [\"*\"]}", "1:22 manifest-environment-name"),
      ("environment: {secrets: [A*]}", "1:25 manifest-environment-name"),
      ("environment: {set: {A=B: x}}", "1:21 manifest-environment-name"),
      ("environment: {set: {A: [x]}}", "1:24 manifest-type"),
      ("limits: {memory: 4Gib}", "1:18 manifest-limit"), ("limits: {wall: 0}", "1:16 manifest-limit"),
      ("limits: {tokens: 5G}", "1:18 manifest-limit"), ("limits: {cost: 1.0000001}", "1:16 manifest-limit"),
      ("limits: {cost: -1}", "1:16 manifest-limit"),
      ("limits: {memory: 9999999999TiB}", "1:18 manifest-limit"), ("limits: {memory: -1}", "1:18 manifest-limit"),
      ("extends: nodee", "1:10 manifest-profile-unknown"), ("optional: [overlays]", "1:12 manifest-value"),
      ("workspace: stage", "1:12 manifest-value"), ("name: a\nname: b", "1:1 manifest-duplicate-key"),
      ("a: &x 1\nb: *x", "2:4 manifest-alias"), ("name: &x y", "1:7 manifest-alias"),
      ("name: !!python/object x", "1:7 manifest-syntax"),
      ("name: \"a", "1:9 manifest-syntax"), ("network:\n  - *.example.com", "2:6 manifest-syntax"),
      ("a: 1\n---\nb: 2", "2:1 manifest-syntax"),
      ("? [a]\n: b", "1:3 manifest-syntax"), ("[]", "1:1 manifest-type"), ("hello", "1:1 manifest-type"),
    ])
  func mistakes(text: String, issue: String) {
    #expect(issues(text).first == issue)
  }

  @Test("All mistakes are told, not only the first, in the order of the text")
  func all() {
    #expect(
      issues("version: 3\nnetwork: [a%b, c.com, -d.com]\nfils: []\nlimits: {wall: soon}") == [
        "1:10 manifest-version", "2:11 manifest-host", "2:23 manifest-host", "3:1 manifest-unknown-key",
        "4:16 manifest-limit",
      ])
  }

  @Test(
    "A misspelt word is guessed",
    arguments: [
      ("netwrk: []", "did you mean `network`?"), ("hostPorts: []", "did you mean `host_ports`?"),
      ("workspace: stagd", "did you mean `staged`?"), ("extends: pyton", "did you mean `python`?"),
    ])
  func didYouMean(text: String, hint: String) {
    #expect(throws: ManifestIssues.self) { try read(text) }
    do { _ = try read(text) } catch { #expect(error.issues.first?.hint == hint) }
  }

  @Test("Mixed scripts are told apart from another alphabet")
  func scripts() {
    do { _ = try read("network: [аpple.com]") } catch {
      #expect(error.issues.first?.why.contains("mixes scripts") == true)
    }
    do { _ = try read("network: [пример.com]") } catch {
      #expect(error.issues.first?.why.contains("beyond ASCII") == true)
    }
  }

  @Test("Size and depth have limits")
  func limits() {
    #expect(issues(String(repeating: " ", count: (256 << 10) + 1)) == ["1:1 manifest-too-large"])
    let deep = "name: " + String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
    #expect(issues(deep) == ["1:22 manifest-too-deep"])
    #expect(!issues(String(repeating: "[", count: 200_000)).isEmpty)
    #expect(!issues(String(repeating: "{a: ", count: 60_000)).isEmpty)
    #expect(!issues(String(repeating: "- ", count: 100_000)).isEmpty)
    #expect(issues("files: [" + String(repeating: "/x,", count: 1001) + "]") == ["1:8 manifest-too-large"])
  }

  @Test("An alias bomb is refused before it is expanded")
  func bomb() {
    var text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for (low, high) in zip("abcdefghij", "bcdefghijk") {
      text += "\(high): &\(high) [" + Array(repeating: "*\(low)", count: 9).joined(separator: ",") + "]\n"
    }
    #expect(issues(text + "? *k\n: 1\n").first?.hasSuffix("manifest-alias") == true)
  }

  @Test("Invalid UTF-8 is refused")
  func utf8() {
    #expect(throws: ManifestIssues.self) { try ManifestReader.read([0x61, 0x3A, 0xFF], file: "m", home: "/h") }
  }
}
