import BaileyTestSupport
import Testing

@Suite("Evidence of sessions", .serialized)
struct SessionEvidence {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// The name of the newest session.
  private func session() throws -> String {
    let found = try walls.outside("bailey ps --all --json | grep -o '\"session\":\"[^\"]*' | head -1 | cut -d'\"' -f4")
    return String(found.output.dropLast())
  }

  /// One with a terminal, changes, a secret in them, and an apply.
  private func reviewed() throws -> String {
    _ = try walls.outside(
      """
      (sleep 2) | script -qec "bailey run -q --env AWS_SECRET_ACCESS_KEY -- \
      sh -c 'echo made > new; printenv AWS_SECRET_ACCESS_KEY > leak; echo shown'" /dev/null >/dev/null; bailey apply --yes --approve
      """)
    return try session()
  }

  private static let far = "env -i PATH=\"$PATH\" HOME=/nonexistent bailey verify"

  @Test("Evidence of a real session holds on a machine that has nothing but the key")
  func whole() throws {
    let session = try reviewed()
    let result = try walls.outside(
      """
      bailey evidence \(session.prefix(6)) -o ../e.tar; echo "made $?"
      mkdir ../far; cp ../e.tar ../state/bailey/keys/log.pub ../far; cd ../far
      \(Self.far) e.tar --key log.pub; echo "code $?"; tar -tf e.tar; tar -xOf e.tar records.jsonl | tail -4
      """)
    #expect(result.output.contains("made 0") && result.output.contains("code 0"), "\(result)")
    #expect(result.output.contains("the evidence holds") && result.output.contains("recordings/0.cast"))
    #expect(result.output.contains("\nprovenance/"))
    #expect(result.output.contains(".diff\n") && result.output.contains("\"kind\":\"session.end\""), "\(result)")
    #expect(!result.output.contains("does not count the records"))
  }

  @Test("A real archive in which a record, a proof, a recording, a diff or the statement was changed is refused")
  func tampered() throws {
    let session = try reviewed()
    for change in [
      "made/mAde", "shown/shOwn", "\"kind\":\"apply\"/\"kind\":\"undo!\"", "index /indeX ", "payloadType/payloadtype",
    ] {
      let (from, to) = (change.split(separator: "/")[0], change.split(separator: "/").last ?? "")
      let result = try walls.outside(
        """
        bailey evidence \(session) -o ../e.tar >/dev/null 2>&1
        LC_ALL=C sed 's|\(from)|\(to)|' ../e.tar > ../bad.tar; cmp -s ../e.tar ../bad.tar && echo unchanged
        \(Self.far) ../bad.tar --key ../state/bailey/keys/log.pub; echo "code $?"
        """)
      #expect(result.output == "code 6\n" && result.errors.contains("does NOT hold"), "\(change): \(result)")
    }
  }

  @Test("The diff of an apply and of an end is stored, masked, and on record before the effect")
  func diffs() throws {
    _ = try reviewed()
    let text = try walls.outside("cat $(find ../state/bailey/payloads -type f)").output
    #expect(text.contains("+made") && text.contains("+[masked]") && !text.contains(Walls.secret), "\(text)")
    let log = try walls.bailey(["log", "list", "--last", "0", "--json"]).output.split(separator: "\n")
    func place(_ words: String...) throws -> Int {
      try #require(log.firstIndex { line in words.allSatisfy(line.contains) })
    }
    #expect(try place("\"stored\"", "\"of\":\"end\"") < place("\"kind\":\"session.end\""))
    #expect(try place("\"stored\"", "\"of\":\"apply\"") < place("\"kind\":\"apply\""))
    #expect(try place("workspace.apply", "\"kind\":\"intent\"") < place("\"stored\"", "\"of\":\"apply\""))
  }

  @Test("A session that runs gives evidence that says so, and a removed recording is told")
  func running() throws {
    let result = try walls.outside(
      """
      (sleep 6) | script -qec "bailey run -q -- sh -c 'echo shown; sleep 4'" /dev/null >/dev/null & sleep 3
      id=$(bailey ps --all --json | grep -o '"session":"[^"]*' | head -1 | cut -d'"' -f4)
      bailey evidence $id -o ../e.tar; echo "made $?"
      bailey verify ../e.tar --key ../state/bailey/keys/log.pub; echo "code $?"; wait
      find ../state/bailey/payloads -type f -delete; bailey evidence $id -o ../e.tar; echo "gone $?"
      """)
    #expect(result.output.contains("made 0") && result.output.contains("code 0"), "\(result)")
    #expect(result.errors.contains("has no end on record") && result.output.contains("gone 6"), "\(result)")
  }
}
