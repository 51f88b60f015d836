import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyWorkspace

@Suite("Git directories of a session's own", .serialized)
struct OwnGitTests {
  @discardableResult
  private func shell(_ script: String, _ fixture: WorkspaceFixture) throws -> String {
    let environment = [
      "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a",
      "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    ]
    let result = try Tool("/bin/sh", environment: environment, directory: fixture.project).run(["-ec", script])
    try #require(result.status == 0, "\(script)\n\(result.errors)")
    return result.output
  }

  private func fixture(_ script: String = "") async throws -> WorkspaceFixture {
    let fixture = try WorkspaceFixture()
    try shell(
      """
      git init -q -b main .; echo one > file; git add .; git commit -q -m first
      printf '#!/bin/sh\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
      """, fixture)
    try shell(script, fixture)
    try await fixture.open(sensitive: DefaultProfile.sensitive)
    return fixture
  }

  @Test("What the person changes in settings and hooks meanwhile is no change of the session's")
  func changedOutside() async throws {
    let fixture = try await fixture()
    try shell(
      "git config user.name x; rm .git/hooks/pre-commit; echo y > .git/hooks/post-commit; echo z >> .git/info/exclude",
      fixture)
    #expect(try await fixture.changes().changes == [])
    #expect(try await fixture.changes().refs == [])
  }

  @Test("A setting or hook that the session changed, made or deleted is shown as before, and can be discarded")
  func changedInside() async throws {
    let fixture = try await fixture()
    try remove(fixture.upper + "/.git/hooks/pre-commit")
    try put(fixture.upper + "/.git/hooks/post-merge", "#!/bin/sh\n", mode: 0o755)
    try put(fixture.upper + "/.git/config", "[core]\n\tfsmonitor = ./evil\n")
    let set = try await fixture.changes()
    #expect(set.changes.map(\.displayPath) == [".git/config", ".git/hooks/post-merge", ".git/hooks/pre-commit"])
    #expect(set.changes.map(\.kind) == [.modified, .added, .deleted])
    #expect(set.changes.filter { $0.kind != .deleted }.allSatisfy { !$0.risks.isEmpty })
    await fixture.workspaces.close(session: fixture.session)
    try await fixture.workspaces.discard(session: fixture.session, paths: [Array(".git/config".utf8)])
    #expect(
      try await fixture.changes().changes.map(\.displayPath) == [".git/hooks/post-merge", ".git/hooks/pre-commit"])
    try await fixture.workspaces.discard(session: fixture.session, paths: nil)
    #expect(try await fixture.changes().changes == [])
  }

  @Test(
    "Other alternates, a link or a directory in the place of settings, and a deleted git directory are shown or passed over, never followed"
  )
  func hostile() async throws {
    let fixture = try await fixture()
    try put(fixture.upper + "/.git/objects/info/alternates", "/home/victim/.git/objects\n")
    try remove(fixture.upper + "/.git/config")
    try link(fixture.upper + "/.git/config", "/etc/passwd")
    try remove(fixture.upper + "/.git/HEAD")
    try link(fixture.upper + "/.git/HEAD", "/etc/passwd")
    let set = try await fixture.changes()
    #expect(set.changes.map(\.displayPath) == [".git/config", ".git/objects/info/alternates"])
    #expect(set.changes.allSatisfy { !$0.risks.isEmpty } && set.refs == [])
    let report = try await fixture.apply(ChangeSelection())
    #expect(report.applied == [] && report.heldBack.count == 2)
    try remove(fixture.upper + "/.git")
    try whiteout(fixture.upper + "/.git")
    #expect(try await fixture.changes().refs == [])
  }

  @Test("Names of refs that look like keys are not masked; keys that other tools keep there are not copied")
  func names() async throws {
    let fixture = try await fixture(
      "git branch fix/credentials; git branch x.key; mkdir .git/git-crypt; echo s > .git/git-crypt/k; echo s > .git/hooks/id_rsa"
    )
    #expect(text(fixture.upper + "/.git/refs/heads/x.key") != nil)
    #expect(text(fixture.upper + "/.git/git-crypt/k") == nil && text(fixture.upper + "/.git/hooks/id_rsa") == nil)
    #expect(try await fixture.changes().changes == [])
  }

  @Test("An object store that is a link is not shown, and the start says so")
  func linkedObjects() async throws {
    let fixture = try WorkspaceFixture()
    try shell(
      "git init -q -b main ../victim; git init -q -b main .; rm -r .git/objects; ln -s ../../victim/.git/objects .git/objects",
      fixture)
    let opening = try await fixture.workspaces.open(
      session: fixture.session, project: fixture.project, mode: .staged, sensitive: [])
    #expect(opening.mounts == [] && opening.notices.count == 1)
  }

  @Test("A store of large files that is reached through a link is not shown")
  func linkedLargeFiles() async throws {
    let fixture = try WorkspaceFixture()
    try shell("git init -q -b main .; mkdir -p ../victim/objects; ln -s ../../victim .git/lfs", fixture)
    let opening = try await fixture.workspaces.open(
      session: fixture.session, project: fixture.project, mode: .staged, sensitive: [])
    #expect(opening.mounts.map(\.path) == ["/run/bailey/git/0/objects"])
  }

  @Test("A copy has no credentials of the settings either, and cannot take them from the project")
  func copied() async throws {
    let fixture = try WorkspaceFixture()
    try shell(
      "git init -q -b main sub; git -C sub config http.extraheader hunter2; echo password = x > config", fixture)
    try await fixture.open(.copy)
    let config = fixture.copy + "/sub/.git/config"
    #expect(text(config)?.contains("hunter2") == false && text(fixture.copy + "/config") == "password = x\n")
    #expect(try await fixture.changes().changes == [])
    try put(config, "[core]\n\tbare = false\n")
    #expect(try await fixture.apply().conflicts.map(\.path) == [bytes("sub/.git/config")])
    #expect(text(fixture.project + "/sub/.git/config")?.contains("hunter2") == true)
  }

  @Test(
    "Credentials in the addresses of reflogs are not seen, everything else of a line is; and they stay in the project",
    arguments: [WorkspaceMode.staged, .copy])
  func reflogs(mode: WorkspaceMode) async throws {
    let fixture = try WorkspaceFixture()
    try shell(
      """
      git init -q -b main .; git commit -q --allow-empty -m first
      GIT_REFLOG_ACTION='pull https://hunter2@h.example/x?a=b@c ssh://git@h/y' git commit -q --allow-empty -m second
      printf 'a b \\377 c\\tclone: from HTTPS://me:hunter2@h.example\\r\\n' >> .git/logs/HEAD
      """, fixture)
    let log = try Descriptor.open(fixture.project + "/.git/logs/HEAD").readAll(limit: 1 << 20)
    try await fixture.open(mode)
    let path = (mode == .copy ? fixture.copy : fixture.upper) + "/.git/logs/HEAD"
    let seen = try Descriptor.open(path).readAll(limit: 1 << 20)
    #expect(text(path)?.contains("hunter2") == false)
    #expect(text(path)?.contains("pull https://h.example/x?a=b@c ssh://git@h/y") == true)
    #expect(seen == Array(log.replacing(bytes("hunter2@"), with: []).replacing(bytes("me:"), with: [])))
    #expect(log.count > seen.count && seen.contains(0xFF))
    let set = try await fixture.changes()
    #expect(set.changes == [] && set.refs == [])
    #expect(try Descriptor.open(fixture.project + "/.git/logs/HEAD").readAll(limit: 1 << 20) == log)
  }

  @Test(
    "Credentials are taken out of settings",
    arguments: [
      ("url = https://u:p@h/x", "url = https://h/x"), ("url = https://t@h/x", "url = https://h/x"),
      ("url = ssh://git@h/x", "url = ssh://git@h/x"), ("url = ssh://git:p@h/x", "url = ssh://h/x"),
      ("url = git@h:x", "url = git@h:x"), ("url = https://h/a@b", "url = https://h/a@b"),
      ("[url \"https://t@h/\"]", "[url \"https://h/\"]"),
      ("a = https://t@h b = http://u:p@q@i/", "a = https://h b = http://i/"),
      ("\textraHeader = x", "\t# a credential was here"), ("\thelper = store", "\t# a credential was here"),
      ("[http] extraheader = x", "[http]\n\t# a credential was here"),
      ("\tsmtpPass = x\\\ny", "\t# a credential was here"),
      ("\tsmtpPass = x\\\\\\\ny", "\t# a credential was here"),
      ("[http]\r\n\textraheader = x\r\n\ta = b\r\n", "[http]\n\t# a credential was here\n\ta = b\n"),
      ("\tpassword = x\\\r\ny", "\t# a credential was here"),
      ("[http \"https://h/?a=b\"] extraheader = x", "\t# a credential was here"),
      ("\tname = x", "\tname = x"),
    ])
  func credentials(text: String, clean: String) {
    #expect((GitCredentials.removed(from: text) ?? text) == clean)
    #expect(GitCredentials.removed(from: clean) == nil)
  }
}
