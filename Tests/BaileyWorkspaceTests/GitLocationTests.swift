import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyWorkspace

@Suite("Where a repository lies")
struct GitLocationTests {
  private func project(_ script: String) throws -> Scratch {
    let scratch = try Scratch()
    let environment = [
      "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a",
      "GIT_AUTHOR_EMAIL": "a@b",
      "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_ALLOW_PROTOCOL": "file",
    ]
    let result = try Tool("/bin/sh", environment: environment, directory: scratch.path).run(["-ec", script])
    try #require(result.status == 0, "\(result.errors)")
    return scratch
  }

  private let main = "git init -q -b main main; cd main; git commit -q --allow-empty -m x; "

  @Test("A start in a sub-directory finds the repository above") func subdirectory() throws {
    let scratch = try project(main + "mkdir -p a/b")
    let top = scratch.path + "/main"
    #expect(
      GitLocation.find(for: top + "/a/b")
        == GitLocation(topLevel: top, gitDirectory: top + "/.git", commonDirectory: top + "/.git"))
    #expect(GitLocation.find(for: scratch.path) == nil)
    #expect(GitLocation.find(for: top + "/missing") == nil)
  }

  @Test("A linked worktree leads to its own and the common directory") func worktree() throws {
    let scratch = try project(main + "git worktree add -q ../tree")
    let found = try #require(GitLocation.find(for: scratch.path + "/tree"))
    #expect(found.topLevel == scratch.path + "/tree")
    #expect(found.gitDirectory == scratch.path + "/main/.git/worktrees/tree")
    #expect(found.commonDirectory == scratch.path + "/main/.git")
    #expect(found.isLinkedWorktree)
  }

  @Test("A submodule leads into the repository above, and nowhere else") func submodule() throws {
    let scratch = try project(
      "git init -q lib; cd lib; git commit -q --allow-empty -m x; cd ..; \(main) git submodule --quiet add ../lib deep/lib"
    )
    let found = try #require(GitLocation.find(for: scratch.path + "/main/deep/lib"))
    #expect(found.gitDirectory == scratch.path + "/main/.git/modules/deep/lib")
    #expect(!found.isLinkedWorktree)
  }

  @Test("A .git file that points at a stranger's repository is not believed") func stranger() throws {
    let scratch = try project(main + "cd ..; git init -q victim; mkdir evil; echo gitdir: ../victim/.git > evil/.git")
    #expect(GitLocation.at(topLevel: scratch.path + "/evil") == nil)
    let modules = try project(
      "git init -q lib; cd lib; git commit -q --allow-empty -m x; cd ..; \(main) git submodule --quiet add ../lib lib; cd ..; mkdir evil; echo gitdir: ../main/.git/modules/lib > evil/.git"
    )
    #expect(GitLocation.at(topLevel: modules.path + "/evil") == nil)
    let linked = try project(main + "git worktree add -q ../tree; cd ..; mkdir evil; cp tree/.git evil/.git")
    #expect(GitLocation.at(topLevel: linked.path + "/evil") == nil)
  }

  @Test(
    "A project cannot name another repository's objects as its own",
    arguments: [
      // A git directory whose common directory does not know of it.
      "git init -q evil; rm -r evil/.git/objects; echo ../../victim/.git > evil/.git/commondir",
      "git init -q evil; echo ../../victim/.git > evil/.git/commondir",
      "mkdir -p evil; ln -s ../victim/.git evil/.git", "mkdir -p evil; ln -s $PWD/victim/.git evil/.git",
      // A git directory of its own that claims to be a worktree's.
      "mkdir -p evil/git/worktrees/x; echo gitdir: git/worktrees/x > evil/.git; echo $PWD/evil/.git > evil/git/worktrees/x/gitdir; "
        + "touch evil/git/worktrees/x/HEAD; echo $PWD/victim/.git > evil/git/worktrees/x/commondir",
    ])
  func borrowed(script: String) throws {
    let scratch = try project("git init -q victim; " + script)
    #expect(GitLocation.at(topLevel: scratch.path + "/evil") == nil)
  }

  @Test("A submodule's git directory serves the working tree that it names, and no neighbour") func neighbour() throws {
    let scratch = try project(
      """
      git init -q lib; cd lib; git commit -q --allow-empty -m x; cd ..; \(main)git submodule --quiet add ../lib lib
      mkdir evil; echo gitdir: ../.git/modules/lib > evil/.git
      """)
    #expect(GitLocation.at(topLevel: scratch.path + "/main/lib") != nil)
    #expect(GitLocation.at(topLevel: scratch.path + "/main/evil") == nil)
  }

  @Test(
    "A setting is read as git writes it, and what is not plain is not there",
    arguments: [
      ("[core]\n\tworktree = ../x\n", "../x"), ("[CORE]\nWorkTree=../x y\r\n", "../x y"),
      ("[core]\n\tworktree = \"a \\\"b\\\\\"\n", "a \"b\\"), ("[core \"x\"]\n\tworktree = y\n", nil),
      ("[core]\n\tworktree = a # b\n", nil), ("[core\n\tworktree = a\n", nil), ("[core]\n\tworktree = \"a\\n\"\n", nil),
      ("[core]\nworktree = a\n[x]\nworktree = b\n", "a"), ("", nil),
    ] as [(String, String?)])
  func settings(text: String, value: String?) {
    #expect(GitSetting.value("core", "worktree", in: text) == value)
  }

  @Test(
    "Garbage in the place of a repository is none",
    arguments: [
      "mkdir .git", "echo x > .git", "echo gitdir: > .git", "mkfifo .git", "printf 'gitdir: \\0' > .git",
      "ln -s nowhere .git",
      "mkdir -p .git/objects; echo nowhere > .git/commondir; touch .git/HEAD",
    ])
  func garbage(script: String) throws {
    let scratch = try project(script)
    #expect(GitLocation.at(topLevel: scratch.path) == nil)
  }

  @Test("The layers of an overlay are read as the kernel shows them") func layers() throws {
    let scratch = try Scratch()
    let script = """
      mkdir -p lower/d lower/gone lower/opaque upper work; echo l > lower/d/kept; echo l > lower/d/deleted; echo l > lower/d/changed
      echo l > lower/opaque/old; echo l > lower/gone/x
      unshare -Urm sh -ec 'mount -t overlay -o userxattr,lowerdir=lower,upperdir=upper,workdir=work none lower; cd lower; rm d/deleted
      echo u > d/changed; echo u > d/new; rm -r gone opaque; mkdir opaque; echo u > opaque/young; ln -s kept d/link'
      """
    let result = try Tool("/bin/sh", directory: scratch.path).run(["-ec", script])
    try #require(result.status == 0, "\(result.errors)")
    let view = try LayeredView(upper: scratch.path + "/upper", lower: scratch.path + "/lower")
    func names(_ path: String) throws -> [String] {
      try view.list(Array(path.utf8)).map { String(decoding: $0.name, as: UTF8.self) + ($0.isStaged ? "+" : "") }
        .sorted()
    }
    func text(_ path: String) throws -> String? {
      guard let file = try view.open(Array(path.utf8)) else { return nil }
      return String(decoding: try file.readAll(limit: 100), as: UTF8.self)
    }
    #expect(try names("") == ["d+", "opaque+"])
    #expect(try names("d") == ["changed+", "kept", "link+", "new+"])
    #expect(try names("opaque") == ["young+"])
    #expect(try names("gone") == [] && names("missing") == [] && names("d/kept") == [])
    #expect(try text("d/kept") == "l\n" && text("d/changed") == "u\n")
    #expect(try text("d/deleted") == nil && text("d/link") == nil && text("opaque/old") == nil && text("gone/x") == nil)
  }
}
