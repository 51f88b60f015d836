import BaileyTestSupport
import Testing

/// Tools that rename, hard-link and replace whole directories, on a project below an overlay.
@Suite("Daily tools work in a staged session", .serialized)
struct DailyUse {
  let walls: Walls

  init() throws {
    walls = try Walls()
    try walls.scratch.write("[user]\n\tname = a\n\temail = a@b\n", to: "home/.gitconfig")
  }

  private static func has(_ program: String) -> Bool {
    (try? Tool("/usr/bin/test").run(["-x", "/usr/bin/" + program]).status) == 0
  }

  @discardableResult
  private func host(_ script: String) throws -> String {
    let environment = ["PATH": "/usr/bin:/bin", "HOME": walls.home, "GIT_CONFIG_NOSYSTEM": "1"]
    let result = try Tool("/bin/sh", environment: environment, directory: walls.project).run(["-ec", script])
    try #require(result.status == 0, "\(script)\n\(result.output)\(result.errors)")
    return result.output
  }

  private func inside(_ script: String) throws {
    let result = try walls.run("set -e\n" + script)
    try #require(result.status == 0, "\(script)\n\(result.output)\(result.errors)")
  }

  private func apply() throws {
    let result = try walls.bailey(["apply", "--yes", "--include-risky"])
    try #require(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test("git mv of a directory of the project, a commit and an apply leave both sides alike")
  func gitMove() throws {
    try host(
      """
      git init -q -b main .; mkdir -p src/deep; for i in 1 2 3; do echo $i > src/f$i; echo $i > src/deep/f$i; done
      git add -A; git commit -q -m first
      """)
    try inside(
      "git mv src lib; mv lib/deep lib/deeper; git add -A; git commit -q -m moved; test -z \"$(git status --porcelain)\""
    )
    try apply()
    #expect(
      try host("git log -1 --format=%s; git status --porcelain; ls; find lib | wc -l; git fsck 2>&1")
        == "moved\nREADME\nlib\n8\n")
    #expect(!walls.scratch.exists("project/src"))
    let undone = try walls.bailey(["undo"])
    #expect(undone.status == 0 && walls.scratch.exists("project/src/deep/f3"), "\(undone)")
    #expect(try host("git log -1 --format=%s; git status --porcelain") == "first\n")
  }

  @Test("A program that gave up writing by Landlock has no directory renamed for it")
  func landlock() throws {
    try host("mkdir one other; echo x > one/f; echo x > other/f")
    let result = try walls.python(
      """
      import ctypes, os, struct
      c = ctypes.CDLL(None)
      def attempt(*names):
        try: os.rename(*names); return 'done'
        except OSError as error: return error.strerror
      print(attempt('one', 'two'), flush=True)
      if os.fork() == 0:
        rules = c.syscall(444, struct.pack('Q', 0x3ff2), 8, 0)
        print(c.syscall(446, rules, 0), attempt('other', 'three'), os.listdir('other'))
      else: os.wait()
      """)
    #expect(result.output == "done\n0 Permission denied ['f']\n")
  }

  @Test("A directory of the project is renamed for programs that do not copy, with what rename(2) promises")
  func renames() throws {
    try host(
      """
      mkdir -p one/deep empty full secret; echo 1 > one/deep/f; ln -s deep one/link; chmod 700 one/deep; echo 2 > full/f
      echo \(Walls.secret) > secret/.env; ln -s one way
      """)
    let program = """
      import os, stat
      def attempt(*names):
        try: os.rename(*names); return 'done'
        except OSError as error: return error.strerror
      print(attempt('one', 'full'), attempt('one', 'one/deep/x'), attempt('one', '/tmp/one'), attempt('secret', 'moved'))
      print(os.path.exists('one/deep/f'), os.listdir('secret'), os.path.exists('moved'), os.listdir('full'))
      print(attempt('one', 'empty'), sorted(os.listdir('empty')), os.path.exists('one'), os.readlink('empty/link'))
      print(oct(os.stat('empty/deep').st_mode), open('empty/deep/f').read().strip(), attempt('empty', 'one'), attempt('way', 'path'))
      """
    let result = try walls.python(program)
    #expect(
      result.output == """
        Invalid cross-device link Invalid argument Invalid cross-device link Invalid cross-device link
        True ['.env'] False ['f']
        done ['deep', 'link'] False deep
        0o40700 1 done done

        """, "\(result)")
    #expect(walls.scratch.exists("project/one/deep/f") && walls.scratch.exists("project/secret/.env"))
  }

  @Test(
    "npm install works twice, over what the project had and over its own work",
    .enabled(if: has("npm"), "npm is not installed"))
  func npm() throws {
    try host(
      """
      mkdir -p packages/one packages/two; for name in one two; do
        printf '{"name":"%s","version":"1.0.0","main":"index.js"}' $name > packages/$name/package.json
        echo "module.exports = '$name'" > packages/$name/index.js; (cd packages/$name; tar -czf ../$name.tgz --transform 's,^,package/,' *)
      done
      printf '{"name":"app","version":"1.0.0","dependencies":{"one":"file:packages/one.tgz"}}' > package.json
      npm install --offline --no-audit --no-fund --silent; node -p 'require("one")'
      """)
    try inside(
      """
      npm install --offline --no-audit --no-fund --silent ./packages/two.tgz
      test "$(node -p 'require("one") + require("two")')" = onetwo
      rm -rf node_modules/one; npm install --offline --no-audit --no-fund --silent
      test "$(node -p 'require("one") + require("two")')" = onetwo
      npm uninstall --offline --no-audit --no-fund --silent one; npm ci --offline --no-audit --no-fund --silent; test ! -e node_modules/one
      """)
    try apply()
    #expect(try host("node -p 'require(\"two\")'; ls node_modules") == "two\ntwo\n")
  }

  @Test("cargo builds, and builds again", .enabled(if: has("cargo"), "cargo is not installed"))
  func cargo() throws {
    try host(
      """
      mkdir src; printf '[package]\\nname = "tiny"\\nversion = "0.1.0"\\nedition = "2021"\\n' > Cargo.toml
      echo 'fn main() { println!("one"); }' > src/main.rs
      """)
    try inside(
      """
      /usr/bin/cargo build --offline --quiet; test "$(target/debug/tiny)" = one
      sed -i s/one/two/ src/main.rs; /usr/bin/cargo build --offline --quiet; test "$(target/debug/tiny)" = two
      /usr/bin/cargo clean --offline --quiet; test ! -e target; /usr/bin/cargo build --offline --quiet
      """)
    try apply()
    #expect(try host("cat src/main.rs; target/debug/tiny").hasSuffix("two\n"))
  }

  /// Mounts something in namespaces of its own, then starts a session there as an ordinary user.
  private func run(mounting script: String, _ options: String = "") throws -> Tool.Result {
    let program = """
      \(script)
      exec unshare -U --map-user=1000 --map-group=1000 \
        "\(Products.path("bailey"))" run -q \(options) -- sh -c 'cat README; echo x > new; ls'
      """
    var environment = walls.surroundings
    environment["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin"
    return try Tool("/usr/bin/unshare", environment: environment, directory: walls.project)
      .run(["-Urm", "/bin/sh", "-ec", program])
  }

  private static let overlay =
    "mkdir -p ../l ../u ../w; mount -t overlay -o userxattr,lowerdir=../l,upperdir=../u,workdir=../w none"

  @Test("Where the state directory cannot hold an upper layer, Bailey says so and offers copy, which works")
  func upperRefused() throws {
    let mount = Self.overlay + " ../state"
    let refused = try run(mounting: mount)
    #expect(refused.status == 125, "\(refused)")
    #expect(refused.errors.contains("overlay cannot hold the upper layer"), "\(refused)")
    #expect(refused.errors.contains("--workspace copy"), "\(refused)")
    _ = try walls.bailey(["kill", "--all", "--controller"])
    let copied = try run(mounting: mount, "--workspace copy")
    #expect(copied.status == 0 && copied.output.contains("hello") && copied.output.contains("new"), "\(copied)")
  }

  @Test("Where the project cannot be a lower layer, Bailey says so and offers copy, which works")
  func lowerRefused() throws {
    // An overlay over an overlay: the kernel allows two layers of them and no third.
    let mount = """
      cp README ..; \(Self.overlay) .; cd "$PWD"; cp ../README .; mkdir -p ../u2 ../w2 ../l2
      mount -t overlay -o userxattr,lowerdir=$PWD:../l2,upperdir=../u2,workdir=../w2 none .; cd "$PWD"
      """
    let refused = try run(mounting: mount)
    #expect(refused.status == 125, "\(refused)")
    #expect(refused.errors.contains("overlay") && refused.errors.contains("--workspace copy"), "\(refused)")
    _ = try walls.bailey(["kill", "--all", "--controller"])
    let copied = try run(mounting: mount, "--workspace copy")
    #expect(copied.status == 0 && copied.output.contains("hello") && copied.output.contains("new"), "\(copied)")
  }
}
