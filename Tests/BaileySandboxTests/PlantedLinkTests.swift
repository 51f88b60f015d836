import BaileyCore
import BaileyLinux
import BaileySandbox
import BaileyTestSupport
import Testing

/// A first session plants something in its home, where the second session's toolchain has its place.
@Suite("Planted links", .serialized)
struct PlantedLinkTests {
  let fixture: LaunchFixture

  init() throws {
    fixture = try LaunchFixture()
    try fixture.scratch.directory("elsewhere/bin")
    for name in ["person", "person/.cargo", "person/.cargo/bin"] { try fixture.scratch.directory(name) }
    try fixture.scratch.write("#!/bin/sh\necho tool\n", to: "person/.cargo/bin/tool", mode: 0o755)
  }

  private var person: String { fixture.scratch.path + "/person" }

  /// The agent's home has the same path as the person's, with what the person's PATH leads to shown in it.
  private func request(_ script: String) -> SandboxRequest {
    var request = fixture.request(["/bin/sh", "-c", script])
    request.caller.home = person
    request.homePath = person
    request.environment["PATH"] = person + "/.cargo/bin:/usr/bin:/bin"
    return request
  }

  /// What the script printed, or the fault.
  private func run(_ script: String) async throws -> Result<String, Fault> {
    let pipe = try Descriptor.pipe().take()
    do throws(Fault) {
      let sandbox = try await Launcher(jail: Products.path("bailey-jail")).launch(
        request(script), streams: StandardStreams(input: nil, output: pipe.1, error: nil), observer: Watching())
      let text = (try? Descriptor(owning: pipe.0).readAll(limit: 1 << 16)) ?? []
      try await sandbox.kill()
      return .success(String(decoding: text, as: UTF8.self))
    } catch {
      _ = Descriptor(owning: pipe.0)
      return .failure(error)
    }
  }

  /// Makes the first session's home as its agent would have: the mount point of the second's toolchain is not there yet.
  private func plant(_ target: String, at name: String) throws {
    try Descriptor.workingDirectory.symlink(target: target, at: fixture.scratch.path + "/home/" + name)
  }

  @Test("Without a plant, the toolchain is there")
  func honest() async throws {
    #expect(try await run("tool").get() == "tool\n")
    #expect(try await run("tool; mkdir -p $HOME/.cargo/registry && echo made").get() == "tool\nmade\n")
  }

  @Test(
    "A link where a toolchain belongs ends the launch, and nothing comes of it outside",
    arguments: ["/etc", "/host", "ELSEWHERE", "/host/ELSEWHERE", "../../elsewhere", "/nonexistent", "/proc/self/root"])
  func link(target: String) async throws {
    let elsewhere = fixture.scratch.path + "/elsewhere"
    let target = target.split(separator: "/", omittingEmptySubsequences: false).map { part in
      part == "ELSEWHERE" ? String(elsewhere.dropFirst(target.hasPrefix("/") ? 1 : 0)) : String(part)
    }.joined(separator: "/")
    try plant(target, at: ".cargo")
    guard case .failure(let fault) = try await run("tool") else {
      Issue.record("launched through a link to \(target)")
      return
    }
    #expect(fault.code == "sandbox-operation-failed")
    #expect(fault.subject?.contains("/.cargo") == true)
    #expect(fault.hint?.contains("bailey home reset") == true)
    #expect(try Descriptor.entries(of: elsewhere).map(\.text) == ["bin"])
    #expect(try Descriptor.entries(of: elsewhere + "/bin").isEmpty)
  }

  @Test("A link that a session itself makes is refused to the next session")
  func twoSessions() async throws {
    var first = fixture.request(["/bin/sh", "-c", "ln -s /host/etc $HOME/.cargo && echo planted"])
    first.caller.home = person
    first.homePath = person
    let pipe = try Descriptor.pipe().take()
    let sandbox = try await Launcher(jail: Products.path("bailey-jail")).launch(
      first, streams: StandardStreams(input: nil, output: pipe.1, error: nil), observer: Watching())
    #expect(try Descriptor(owning: pipe.0).readAll(limit: 4096) == Array("planted\n".utf8))
    try await sandbox.kill()
    guard case .failure(let fault) = try await run("tool") else {
      Issue.record("launched through the link of the first session")
      return
    }
    #expect(fault.code == "sandbox-operation-failed")
  }

  @Test("A link in the project where a protected path belongs ends the launch")
  func project() async throws {
    try Descriptor.workingDirectory.symlink(target: "/etc", at: fixture.project + "/.bailey")
    guard case .failure(let fault) = try await run("ls .bailey/") else {
      Issue.record("a linked .bailey was bound")
      return
    }
    #expect(fault.code == "sandbox-operation-failed")
  }
}
