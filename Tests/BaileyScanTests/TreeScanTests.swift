import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@Suite("bailey scan: files, directories and streams")
struct TreeScanTests {
  @Test("A finding has path, line and column, and no output has the value")
  func places() throws {
    let fixture = try Fixture()
    try fixture.scratch.write("first\nä \(Sample.awsLine)", to: "a.txt")
    let finding = try #require(try fixture.lines([]).first)
    #expect(finding["path"]?.string == "a.txt" && finding["line"]?.int == 2 && finding["column"]?.int == 7)
    #expect(finding["end_column"]?.int == 27 && finding["offset"]?.int == 13 && finding["tier"]?.string == "certain")
    for arguments in [[], ["--json"], ["--format", "sarif"], ["--min-tier", "hint"]] {
      let result = try fixture.scan(arguments)
      #expect(result.status == 1)
      #expect(result.output.contains("a.txt") && !result.output.contains(Sample.aws))
      #expect(!result.errors.contains(Sample.aws))
    }
    #expect(try fixture.scan([]).output.hasPrefix("a.txt:2:7: certain aws-access-key: "))
  }

  @Test("The report is the same with one thread and with many")
  func order() throws {
    let fixture = try Fixture()
    try fixture.sh("for d in b a c; do mkdir $d; for f in $(seq 40); do echo 'key \(Sample.aws) x' > $d/$f; done; done")
    let one = try fixture.scan(["--jobs", "1"])
    #expect(one.output == (try fixture.scan(["--jobs", "7"]).output))
    #expect(one.output.split(separator: "\n").count == 240 && one.output.hasPrefix("a/1:1:5: "))
  }

  @Test("Links are not followed, pipes, sockets and devices not opened, and both are counted")
  func specialFiles() throws {
    let fixture = try Fixture(), outside = try Fixture()
    try outside.scratch.write(Sample.awsLine, to: "secret")
    try fixture.sh(
      "mkdir d; ln -s .. d/up; ln -s . d/loop; ln -s \(outside.path) d/out; ln -s \(outside.path)/secret s; mkfifo p")
    let result = try fixture.scan(["--json"])
    #expect(result.status == 0, "\(result.output) \(result.errors)")
    let summary = try #require(try fixture.lines([], type: "summary").first)
    #expect(summary["skipped"]?["links"] == 4 && summary["skipped"]?["special"] == 1)
    // What is named itself is meant.
    #expect(try fixture.scan(["s"]).status == 1)
    #expect(
      try fixture.scan([outside.path + "/../" + String(outside.path.split(separator: "/").last ?? "")]).status == 1)
  }

  @Test("Names that would change the terminal are shown written out, also in JSON and SARIF")
  func hostileNames() throws {
    let fixture = try Fixture()
    try fixture.sh(#"d=$(printf 'a\nb\033[2Jc'); mkdir "$d"; echo 'key \#(Sample.aws) x' > "$d/$(printf 'x\377y')""#)
    let text = try fixture.scan([]).output
    #expect(text.hasPrefix(#"a\u{a}b\u{1b}[2Jc/x\x{ff}y:1:5: "#), "\(text)")
    #expect(!text.contains("\u{1B}"))
    let finding = try #require(try fixture.lines([]).first)
    #expect(finding["path"]?["base64"]?.string != nil)
    let sarif = try fixture.scan(["--format", "sarif"]).output
    #expect(sarif.contains("a%0Ab%1B%5B2Jc/x%FFy") && !sarif.contains("\u{1B}"))
  }

  @Test("What cannot be read is told, and is never clean")
  func unreadable() throws {
    let fixture = try Fixture()
    try fixture.scratch.write("nothing\n", to: "a")
    // Reading one's own memory at its beginning fails, for root as well.
    for arguments in [["a", "/proc/self/mem"], ["a", "missing"]] {
      let result = try fixture.scan(arguments)
      #expect(result.status == 4, "\(arguments): \(result.errors)")
      #expect(result.errors.contains("[scan-unreadable]") && result.errors.contains("not everything was read"))
    }
    try fixture.scratch.write(Sample.awsLine, to: "b")
    #expect(try fixture.scan(["b", "missing"]).status == 1)
  }

  @Test("A directory deeper than a path can be is told, and ends")
  func deep() throws {
    let fixture = try Fixture()
    var directory = try Descriptor.open(fixture.path, [.readOnly, .directory])
    let name = String(repeating: "d", count: 200)
    for _ in 0..<25 {
      try directory.makeDirectory(name)
      directory = try directory.open(name, [.readOnly, .directory])
    }
    let result = try fixture.scan([])
    #expect(result.status == 4, "\(result.status)")
    #expect(result.errors.contains("file name too long"), "\(result.errors.suffix(300))")
  }

  @Test("A file of a terabyte with holes is read in no time, and a secret behind the hole has its place")
  func sparse() throws {
    let fixture = try Fixture()
    let file = try Descriptor.open(fixture.path + "/big", [.writeOnly, .create])
    try file.writeAll(Array("one\ntwo \(Sample.aws)\n".utf8))
    try file.writeAll(Array(("\n" + Sample.awsLine).utf8), at: 1 << 40)
    let findings = try fixture.lines([])
    #expect(findings.map { $0["line"]?.int } == [2, 4])
    #expect(findings.last?["offset"]?.int == 1 << 40 + 5 && findings.last?["column"]?.int == 5)
  }

  @Test("Ignore files count, nested and with exceptions; --no-ignore and --exclude say otherwise")
  func ignored() throws {
    let fixture = try Fixture()
    try fixture.sh(
      """
      git init -q .; mkdir -p sub/deep; for f in a.env sub/b.env sub/keep.env sub/deep/c; do echo 'key \(Sample.aws) x' > $f; done
      echo '*.env' > .gitignore; echo '!keep.env' > sub/.gitignore; echo 'deep/' > sub/.baileyignore
      """)
    let paths = { (arguments: [String]) in try fixture.lines(arguments).map { $0["path"]?.string } }
    #expect(try paths([]) == ["sub/keep.env"])
    #expect(try paths(["sub"]) == ["sub/keep.env"])
    #expect(try paths(["--no-ignore"]) == ["a.env", "sub/b.env", "sub/deep/c", "sub/keep.env"])
    #expect(try paths(["--no-ignore", "--exclude", "/sub/*.env"]) == ["a.env", "sub/deep/c"])
    #expect(try paths(["a.env"]) == ["a.env"])
    #expect(try fixture.scan([]).errors.contains("skipped: 3 ignored"))
  }

  @Test("Standard input is a file of any name, read as it comes")
  func input() throws {
    let fixture = try Fixture()
    let result = try fixture.scan(["-", "--name", "deploy/x.env"], input: "a\n" + Sample.awsLine)
    #expect(result.status == 1 && result.output.hasPrefix("deploy/x.env:2:5: "))
    #expect(try fixture.scan(["-"], input: "nothing").status == 0)
  }

  @Test("What is packed and encoded is found, with the place of the outermost")
  func packed() throws {
    let fixture = try Fixture()
    try fixture.sh(
      "printf 'key \(Sample.aws) x\\n' > in; gzip -k in; tar cf t.tar in.gz; rm in; printf 'x\\ndata: ' > e; base64 -w0 in.gz >> e"
    )
    let findings = try fixture.lines([])
    let first = try #require(findings.first { $0["path"]?.string == "e" })
    #expect(first["line"]?.int == 2 && first["disguises"] == ["base64", "gzip"], "\(first)")
    #expect(Set(findings.compactMap { $0["path"]?.string }) == ["e", "in.gz", "t.tar"])
  }

  @Test("An interrupt ends the scan with what was found, and 130")
  func interrupt() throws {
    let fixture = try Fixture()
    try fixture.sh("mkfifo pipe")
    let scanner = Products.path("bailey-scan")
    let script = """
      exec 3<>pipe; \(scanner) - < pipe > out 2> err & p=$!
      { printf 'key \(Sample.aws) x\\n'; head -c 20000 /dev/zero; } >&3
      python3 -c 'import fcntl,termios,time
      while any(fcntl.ioctl(3, termios.FIONREAD, bytes(4))): time.sleep(0.01)'
      kill -INT $p; code=0; wait $p || code=$?; echo $code
      """
    #expect(try fixture.sh(script) == "130\n")
    #expect(try fixture.scratch.read("out").hasPrefix("stdin:1:5: certain aws-access-key"))
    #expect(try fixture.scratch.read("err").contains("interrupted"))
  }
}
