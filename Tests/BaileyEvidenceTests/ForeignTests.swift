import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyAudit

/// What programs make of an archive that share no code with us: Python's cryptography, tarfile, and aics-tlog.
@Suite("A verifier of evidence from elsewhere")
struct ForeignTests {
  private static let program = #"""
    import base64, hashlib, json, sys, tarfile
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from aics_tlog import parse_note, parse_vkey, verify_checkpoint, verify_leaf_inclusion
    archive, text = sys.argv[1:]
    key = parse_vkey(text)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(text.split("+", 2)[2])[1:])
    files = {m.name: tarfile.open(archive).extractfile(m.name).read() for m in tarfile.open(archive)}
    envelope = json.loads(files.pop("statement.dsse.json"))
    body, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"]
    assert kind == "application/vnd.in-toto+json"
    pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)
    public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), pae)
    statement = json.loads(body)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://bailey.invalid/evidence/session/v1"
    named = {s["name"]: s["digest"]["sha256"] for s in statement["subject"]}
    assert named == {n: hashlib.sha256(b).hexdigest() for n, b in files.items()}, "digests"
    found = verify_checkpoint(parse_note(files["checkpoint"]), key)
    assert found.ok, found.error
    records, blocks = files["records.jsonl"].splitlines(), files["proofs"].decode().split("\n\n")[:-1]
    assert len(records) == len(blocks) == statement["predicate"]["records"]["count"]
    for record, block in zip(records, blocks):
        first, *path = block.split("\n")
        path = [base64.b64decode(h) for h in path]
        index = int(first.removeprefix("index "))
        assert verify_leaf_inclusion(record, index, found.size, path, found.root), first
    cast = files["recordings/0.cast"]
    marks = [json.loads(r)["body"] for r in records if json.loads(r)["kind"] == "transcript"]
    assert marks and all(hashlib.sha256(cast[:m["bytes"]]).hexdigest() == m["sha256"] for m in marks)
    print("holds", len(records))
    """#

  @Test("DSSE, in-toto, checkpoint, each proof and the recording hold for programs that nobody here wrote")
  func python() async throws {
    let folder = CurrentProcess.variable("BAILEY_LOG_TOOLS") ?? "/var/tmp/bailey-log-tools"
    let fixture = try EvidenceFixture()
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let result = try Tool(folder + "/bin/python3").run(["-c", Self.program, fixture.archive, try fixture.key])
    #expect(result.output == "holds 9\n", "\(result)")
  }

  @Test("Header, block and checkpoint behind one another are the proof that `bailey log verify --proof` takes")
  func standardProof() async throws {
    let fixture = try EvidenceFixture()
    try await fixture.fill()
    #expect(try fixture.make().status == 0)
    let script = """
      cd "$1" && tar -xf a.tar && { echo c2sp.org/tlog-proof@v1; awk 'BEGIN { RS = "" } NR == 3 { print; print "" }' proofs; cat checkpoint; } > p
      sed -n 3p records.jsonl | tr -d '\\n' > e
      "$2" verify --proof p --entry e --key "$3"
      """
    let tool = Tool("/bin/bash", environment: ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"])
    let result = try tool.run([
      "-c", script, "x", fixture.scratch.path, Products.path("bailey-log"), try fixture.key,
    ])
    #expect(result.status == 0 && result.output.hasPrefix("the proof holds: record 4 of "), "\(result)")
  }
}
