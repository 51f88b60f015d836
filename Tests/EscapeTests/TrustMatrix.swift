import BaileyLinux
import BaileyTestSupport
import Testing

/// Programs inside a session against an HTTPS server on loopback, which only a name of `egress.yaml` leads to.
///
/// Each takes TLS that the gate opened; docs/trust.md has the same list.
@Suite("Programs trust the session's authority", .serialized)
struct TrustMatrix {
  /// A Bailey whose settings know the server.
  private struct Scene {
    let walls: Walls
    let origin: SecureOrigin

    init() throws {
      walls = try Walls()
      origin = try SecureOrigin()
      for name in ["config/bailey", "files"] { try walls.scratch.directory(name) }
      try origin.scratch.directory("files")
      let settings = """
        authorities: [\(origin.path("ca.pem"))]
        names: [{name: good.example, address: 127.0.0.1}]
        """
      try walls.scratch.write(settings, to: "config/bailey/egress.yaml", mode: 0o600)
    }

    var url: String { "https://good.example:\(origin.port)" }

    func run(_ script: String, _ options: [String] = []) throws -> Tool.Result {
      let allowed = ["--allow-host", "good.example:\(origin.port)", "--allow-host", "127.0.0.1:\(origin.port)"]
      return try walls.run("U=\(url)\n" + script, allowed + options)
    }
  }

  /// Whether a shell command succeeds on the host.
  private static func can(_ command: String) -> Bool {
    (try? Tool("/bin/sh").run(["-c", command + " >/dev/null 2>&1"]).status) == 0
  }

  private static let direct = "unset HTTPS_PROXY https_proxy ALL_PROXY all_proxy HTTP_PROXY http_proxy; "

  /// Program, and a script that prints the server's answer.
  private static let clients: [(String, String)] = [
    ("curl", "curl -sS -m 20 $U/curl"),
    ("curl", direct + "env -u CURL_CA_BUNDLE -u SSL_CERT_FILE curl -sS -m 20 $U/curl"),
    ("wget", "wget -q -T 20 -O - $U/wget"), ("wget", direct + "wget -q -T 20 -O - $U/wget"),
    (
      "openssl",
      "printf 'GET /openssl HTTP/1.1\\r\\nHost: '${U#https://}'\\r\\nConnection: close\\r\\n\\r\\n' | "
        + "openssl s_client -quiet -verify_return_error -servername good.example -connect ${U#https://} 2>&1"
    ),
    (
      "python3",
      "/usr/bin/python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=20).read())' $U/urllib"
    ),
    (
      "python3",
      direct
        + "/usr/bin/python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=20).read())' $U/urllib"
    ),
    ("node", "node -e 'fetch(process.argv[1]).then(r => r.text()).then(console.log)' $U/node"),
    ("node", "node -e 'require(\"https\").get(process.argv[1], r => r.pipe(process.stdout))' $U/node"),
    (
      "perl", "perl -MHTTP::Tiny -e '$r = HTTP::Tiny->new(verify_SSL => 1)->get($ARGV[0]); print $r->{content}' $U/perl"
    ),
  ]

  /// What is not installed here is left out; curl, wget and openssl come with scripts/install-tools.
  private static var installed: [(String, String)] {
    clients.filter { program, _ in
      can(program == "perl" ? "perl -MIO::Socket::SSL -e 1" : "command -v \(program)")
        || ["curl", "wget", "openssl"].contains(program)
    }
  }

  @Test("A program reads an HTTPS server through the gate, with proxy variables and without", arguments: installed)
  func client(program: String, script: String) throws {
    let scene = try Scene()
    let result = try scene.run(script)
    #expect(result.output.contains("\"method\": \"GET\""), "\(result)")
    #expect(scene.origin.requests.count == 1)
  }

  @Test("Java trusts it by the distribution's store", .enabled(if: can("command -v javac")))
  func java() throws {
    let scene = try Scene()
    let program = """
      public class T { public static void main(String[] a) throws Exception {
        System.out.print(new String(new java.net.URL(a[0]).openStream().readAllBytes())); } }
      """
    try scene.walls.scratch.write(program, to: "project/T.java")
    let result = try scene.run("java T.java $U/java")
    #expect(result.output.contains("\"path\": \"/java\""), "\(result)")
  }

  @Test("git clones over HTTPS")
  func git() throws {
    let scene = try Scene()
    let made = try Tool("/bin/sh", directory: scene.origin.scratch.path).run([
      "-ec",
      """
      git init -q work; cd work; echo text > file; git add file
      git -c user.name=n -c user.email=e commit -q -m one; cd ..
      git clone -q --bare work files/repo.git; git -C files/repo.git update-server-info
      """,
    ])
    #expect(made.status == 0, "\(made)")
    let result = try scene.run("git clone -q $U/files/repo.git copy && cat copy/file")
    #expect(result.output == "text\n", "\(result)")
  }

  @Test("pip downloads from an index over HTTPS", .enabled(if: can("/usr/bin/python3 -m pip --version")))
  func pip() throws {
    let scene = try Scene()
    for name in ["files/simple", "files/simple/tiny"] { try scene.origin.scratch.directory(name) }
    let made = try Tool("/usr/bin/python3", directory: scene.origin.scratch.path + "/files").run([
      "-c",
      """
      import zipfile
      with zipfile.ZipFile('tiny-1.0-py3-none-any.whl', 'w') as wheel:
          wheel.writestr('tiny.py', 'x = 1\\n')
          wheel.writestr('tiny-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n')
          wheel.writestr('tiny-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
          wheel.writestr('tiny-1.0.dist-info/RECORD', '')
      open('simple/tiny/index.html', 'w').write('<a href="/files/tiny-1.0-py3-none-any.whl">tiny-1.0-py3-none-any.whl</a>')
      """,
    ])
    #expect(made.status == 0, "\(made)")
    let result = try scene.run(
      "/usr/bin/python3 -m pip -q --disable-pip-version-check download --no-deps --index-url $U/files/simple/ tiny 2>&1; ls"
    )
    #expect(result.output.contains("tiny-1.0-py3-none-any.whl\n"), "\(result)")
  }

  @Test("cargo reads a sparse index over HTTPS", .enabled(if: realCargo != nil))
  func cargo() throws {
    let scene = try Scene()
    let cargo = try #require(realCargo)
    for name in ["files/index", "files/index/ti", "files/index/ti/ny"] { try scene.origin.scratch.directory(name) }
    try scene.origin.scratch.write("{\"dl\": \"https://good.example/none\"}", to: "files/index/config.json")
    try scene.origin.scratch.write(
      "{\"name\":\"tiny\",\"vers\":\"1.0.0\",\"deps\":[],\"cksum\":\"\(String(repeating: "0", count: 64))\",\"features\":{},"
        + "\"yanked\":false}\n", to: "files/index/ti/ny/tiny")
    let folder = cargo.replacing("/bin/cargo", with: "")
    let result = try scene.run(
      """
      mkdir -p .cargo src; echo 'fn main() {}' > src/main.rs
      printf '[package]\nname = "x"\nversion = "0.1.0"\n[dependencies]\ntiny = "1"\n' > Cargo.toml
      printf '[source.crates-io]\nreplace-with = "t"\n[source.t]\nregistry = "sparse+%s/files/index/"\n' $U > .cargo/config.toml
      timeout 60 \(cargo) generate-lockfile 2>&1; cat Cargo.lock
      """, folder == "/usr" ? [] : ["--read", folder])
    #expect(result.output.contains("name = \"tiny\""), "\(result)")
  }

  @Test("The authority is for this session alone, and lies nowhere on the host")
  func confined() throws {
    let scene = try Scene()
    let first = try scene.run("cat /etc/ssl/bailey/session.crt; touch /etc/ssl/bailey/session.crt || echo kept")
    let second = try scene.run("cat /etc/ssl/bailey/session.crt")
    #expect(first.output.hasPrefix("-----BEGIN CERTIFICATE-----") && first.output.hasSuffix("kept\n"), "\(first)")
    #expect(!first.output.hasPrefix(second.output) && !second.output.isEmpty)
    let host = try Tool("/bin/sh").run(["-c", "grep -c Bailey /etc/ssl/certs/ca-certificates.crt; ls /etc/ssl/bailey"])
    #expect(!host.output.contains("session.crt"))
    #expect(try scene.run("openssl verify /etc/ssl/bailey/session.crt").output.contains(": OK"))
  }

  @Test("A request inside TLS that the rules do not cover is refused with JSON, and on record")
  func refused() throws {
    let scene = try Scene()
    let result = try scene.run("curl -sS -m 20 -H 'Host: evil.example' $U/; curl -sS -m 20 -X TRACE $U/")
    #expect(result.output.contains("name-mismatch") && result.output.contains("method-refused"), "\(result)")
    #expect(scene.origin.requests == [])
    let log = try scene.walls.bailey(["log", "--json"]).output
    #expect(log.contains("name-mismatch") && log.contains("\"scheme\":\"https\""), "\(log.suffix(2000))")
  }
}

/// A real one, since rustup's own stands before many, and one that knows sparse indexes (1.68).
private let realCargo: String? = {
  let search = """
    for c in /usr/bin/cargo $HOME/.rustup/toolchains/*/bin/cargo; do
      v=$($c -V 2>/dev/null | cut -d. -f2); [ "${v:-0}" -ge 68 ] && echo $c
    done
    """
  let found = try? Tool("/bin/sh").run(["-c", search])
  return found?.output.split(separator: "\n").first.map(String.init)
}()
