import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWorkspace
import Synchronization
import Testing

private func shell(_ script: String, in directory: String) throws {
  let result = try Tool("/bin/sh", directory: directory).run(["-ec", script])
  try #require(result.status == 0, "\(script)\n\(result.errors)")
}

private func scan(_ scratch: Scratch, _ patterns: [Glob] = DefaultProfile.sensitive) throws -> [String] {
  try SensitiveFiles.scan(project: scratch.path, patterns: patterns).masks.map {
    String($0.dropFirst(scratch.path.count + 1))
  }
}

@Suite("Sensitive files")
struct SensitiveScanTests {
  @Test("What exists is found in every directory, and its harmless neighbours are not") func found() throws {
    let scratch = try Scratch()
    try shell(
      """
      mkdir -p a/b/c .aws .git/objects/ab sub/.ssh sub/.docker deep/.config/gcloud
      touch .env .env.local .env.example a/b/c/.env a/prod.env a/server.pem a/cacert.pem id_rsa id_rsa.pub a/b/terraform.tfstate
      touch .aws/credentials sub/.docker/config.json sub/config.json .git/objects/ab/x.key service-account-1.json a/environment README
      touch .npmrc .git-credentials secrets.yaml
      """, in: scratch.path)
    #expect(
      try scan(scratch) == [
        ".aws", ".env", ".env.local", ".git-credentials", ".npmrc", "a/b/c/.env", "a/b/terraform.tfstate", "a/prod.env",
        "a/server.pem",
        "deep/.config/gcloud", "id_rsa", "secrets.yaml", "service-account-1.json", "sub/.docker/config.json",
        "sub/.ssh",
      ])
  }

  @Test("A symbolic link is not walked; what a sensitive one leads to inside the project is masked") func links() throws
  {
    let (scratch, other) = (try Scratch(), try Scratch())
    try shell("touch .env key.pem", in: other.path)
    try shell(
      "mkdir real; touch real/values; ln -s real/values .env; ln -s \(other.path) out; ln -s \(other.path)/.env x.pem; ln -s . loop; ln -s nowhere id_rsa",
      in: scratch.path)
    #expect(try scan(scratch) == ["real/values"])
  }

  @Test(
    "Compiled patterns say what the patterns say",
    arguments: [
      "*.key", ".env", ".env.*", "id_*", "a?c", "[ab]*", "*", "**/x", "dir/name", "**/dir/*.json", "*mid*", "\\*",
      "x*y",
    ])
  func compiled(pattern: String) throws {
    let glob = try Glob(pattern)
    let compiled = SensitivePatterns([glob])
    for path in [
      "a.key", ".env", ".env.local", "d/.env.x", "id_rsa", "d/id_x", "abc", "d/abc", "b", "x", "d/x", "dir/name",
      "e/dir/name", "dir/a.json",
      "q/dir/b.json", "amidb", "*", "xy", "xzzy", "xx", ".key", "key", "\u{FF}",
    ] {
      let bytes = Array(path.utf8)
      let name = bytes.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
      // The built-in `.env.*` has exceptions; none of these names is one.
      #expect(compiled.matches(path: bytes, name: name, isDirectory: false) == glob.matches(bytes), "\(path)")
    }
  }

  @Test("A trailing slash means directories only") func directories() throws {
    let scratch = try Scratch()
    try shell("mkdir .aws; mkdir a; touch a/.aws", in: scratch.path)
    #expect(try scan(scratch) == [".aws"])
  }

  @Test("A sensitive name that is not UTF-8 cannot be masked, and so is a fault") func invalidName() throws {
    let scratch = try Scratch()
    try Descriptor.open(Array(scratch.path.utf8) + [0x2F, 0xFF] + Array(".key".utf8), [.writeOnly, .create]).writeAll(
      "x")
    let fault = #expect(throws: Fault.self) { try scan(scratch) }
    #expect(fault?.code == "sensitive-unmaskable")
  }

  @Test("Names with newlines and 255 bytes are masked as they are") func oddNames() throws {
    let scratch = try Scratch()
    let long = String(repeating: "n", count: 251) + ".key"
    for name in [long, "a\nb.key", " .key"] {
      try Descriptor.open(scratch.path + "/" + name, [.writeOnly, .create]).writeAll("x")
    }
    #expect(try scan(scratch) == [" .key", "a\nb.key", long])
  }

  @Test("A project that is not there is a fault") func missing() {
    let fault = #expect(throws: Fault.self) { try SensitiveFiles.scan(project: "/nonexistent/x", patterns: []) }
    #expect(fault?.code == "sensitive-scan-failed")
  }

  @Test("Repositories are found on the same walk") func repositories() throws {
    let scratch = try Scratch()
    try shell("mkdir -p .git a/b/.git; mkdir c; echo gitdir: x > c/.git", in: scratch.path)
    let found = try SensitiveFiles.scan(project: scratch.path, patterns: []).repositories
    #expect(Set(found.map { String(decoding: $0, as: UTF8.self) }) == ["", "a/b", "c"])
  }
}

/// Collects what a watch reports, and lets a test wait for one event without a clock.
private final class Reports: Sendable {
  private let events = Mutex<[SensitiveWatch.Event]>([])
  private let pulse: Descriptor

  init() throws { pulse = try Descriptor.eventCounter() }

  func add(_ event: SensitiveWatch.Event) {
    events.withLock { $0.append(event) }
    pulse.notify()
  }

  var all: [SensitiveWatch.Event] { events.withLock { $0 } }

  /// Waits for at most a minute; then the test fails.
  func wait(for event: SensitiveWatch.Event) throws {
    while !all.contains(event) {
      try #require(try !poll([(pulse.raw, .input)], milliseconds: 60_000)[0].isEmpty, "no \(event) in \(all)")
      pulse.drain()
    }
  }
}

@Suite("Sensitive files that appear later", .timeLimit(.minutes(5)))
struct SensitiveWatchTests {
  private func watching(_ setUp: String, known: [String] = [], _ body: (Scratch, Reports) throws -> Void) throws {
    let scratch = try Scratch()
    try shell(setUp, in: scratch.path)
    let reports = try Reports()
    let watch = try SensitiveWatch(
      project: scratch.path, patterns: DefaultProfile.sensitive, known: known.map { scratch.path + "/" + $0 },
      report: { reports.add($0) })
    defer { watch.stop() }
    try body(scratch, reports)
  }

  @Test("A file that is made, or moved in, is reported, in old and new directories") func appears() throws {
    try watching("mkdir a; touch plain") { scratch, reports in
      try shell(
        "echo x > a/.env; mv plain server.key; mkdir -p n/e/w; echo x > n/e/w/id_rsa; touch n/ordinary",
        in: scratch.path)
      for name in ["a/.env", "server.key", "n/e/w/id_rsa"] {
        try reports.wait(for: .appeared(scratch.path + "/" + name))
      }
      // A file that is made while its new directory is searched may be told of twice.
      #expect(
        reports.all.allSatisfy { report in
          ["a/.env", "server.key", "n/e/w/id_rsa"].contains { report == .appeared(scratch.path + "/" + $0) }
        })
    }
  }

  @Test("What appeared between the scan and the watch is reported at once") func between() throws {
    try watching("touch .env old.key", known: ["old.key"]) { scratch, reports in
      #expect(reports.all == [.appeared(scratch.path + "/.env")])
    }
  }

  @Test("A directory that is moved in is searched, and watched under its new name") func movedIn() throws {
    try watching("mkdir -p a/b") { scratch, reports in
      try shell("mkdir x; touch x/.env; mv x y; mv a c", in: scratch.path)
      try reports.wait(for: .appeared(scratch.path + "/y/.env"))
      try shell("touch c/b/.env", in: scratch.path)
      try reports.wait(for: .appeared(scratch.path + "/c/b/.env"))
      #expect(!reports.all.contains(.appeared(scratch.path + "/a/b/.env")))
    }
  }

  @Test("What a sensitive link leads to later is reported: a target made, a directory on the way exchanged")
  func links()
    throws
  {
    try watching("mkdir v1 v2; touch v1/x v2/x; ln -s v1 current; ln -s current/x .env; ln -s later id_rsa") {
      scratch, reports in
      #expect(reports.all == [.appeared(scratch.path + "/v1/x")])
      try shell("echo x > later", in: scratch.path)
      try reports.wait(for: .appeared(scratch.path + "/later"))
      try shell("ln -s v2 new; mv -T new current", in: scratch.path)
      try reports.wait(for: .appeared(scratch.path + "/v2/x"))
    }
  }

  @Test("Replacing a masked file, as editors do, says that its mask may be gone") func replaced() throws {
    try watching("echo old > .env", known: [".env"]) { scratch, reports in
      try shell("echo new > .env.tmp.example; mv .env.tmp.example .env", in: scratch.path)
      try reports.wait(for: .appeared(scratch.path + "/.env"))
      #expect(reports.all == [.detached(scratch.path + "/.env"), .appeared(scratch.path + "/.env")])
    }
  }

  @Test("A sensitive file that is renamed stays sensitive under its new name") func renamed() throws {
    try watching("echo old > .env", known: [".env"]) { scratch, reports in
      try shell("mv .env harmless", in: scratch.path)
      try reports.wait(for: .appeared(scratch.path + "/harmless"))
      #expect(reports.all.contains(.detached(scratch.path + "/.env")))
    }
  }

  @Test("After a flood that overflows the kernel's queue, nothing sensitive is missed") func overflow() throws {
    try watching("mkdir a") { scratch, reports in
      try shell(
        "cd a; for i in 1 2 3; do seq 20000 | xargs touch; seq 20000 | xargs rm; done; touch .env", in: scratch.path)
      try reports.wait(for: .appeared(scratch.path + "/a/.env"))
    }
  }

  @Test("After stop nothing is reported, and a second stop is harmless") func stopped() throws {
    let scratch = try Scratch()
    let reports = try Reports()
    let watch = try SensitiveWatch(
      project: scratch.path, patterns: DefaultProfile.sensitive, known: [], report: { reports.add($0) })
    watch.stop()
    try shell("touch .env", in: scratch.path)
    watch.stop()
    #expect(reports.all == [])
  }
}
