import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Testing

@testable import BaileyAudit
@testable import BaileyCore

/// What aics-tlog makes of our log. It shares no code with us.
@Suite("A verifier from elsewhere", .serialized)
struct ForeignVerifierTests {
  private let scratch: BaileyAuditTests.Scratch

  init() throws { scratch = try BaileyAuditTests.Scratch() }

  /// Every tile and bundle against the signed root, by the functions of aics-tlog. With a list of `FILE OFFSET BIT`, each of these bits is
  /// flipped alone, and those with which everything still verifies are printed.
  private static let audit = """
    import sys
    from pathlib import Path
    from aics_tlog import DirectoryTileStore, audit_tiles, parse_note, parse_vkey, verify_checkpoint
    folder, key, flips = Path(sys.argv[1]), parse_vkey(sys.argv[2]), sys.stdin.read().splitlines()

    def holds():
        try:
            note = parse_note((folder / "checkpoint").read_bytes())
            found = verify_checkpoint(note, key)
            if not found.ok: return found.error or "refused"
            audit_tiles(DirectoryTileStore(folder), found.size, found.root)
            return None
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    why = holds()
    if why: print(why)
    if why or not flips: sys.exit(1 if why else 0)
    for flip in flips:
        name, offset, bit = flip.split()
        path = folder / name
        good = path.read_bytes()
        bad = bytearray(good)
        bad[int(offset)] ^= 1 << int(bit)
        path.write_bytes(bad)
        if holds() is None: print("accepted", flip)
        path.write_bytes(good)
    print("tried", len(flips))
    """

  private func filled(_ count: Int) async throws -> String {
    let log = try AuditLog(scratch.layout)
    try await scratch.append(log, 0..<count)
    await log.close()
    return log.verifierKey.text
  }

  private func audit(_ key: String, flips: String = "") throws -> Tool.Result {
    try Tool(LogTools.folder + "/bin/python3").run(["-c", Self.audit, scratch.layout.directory, key], input: flips)
  }

  private func tlog(_ verb: String, _ key: String, _ more: [String] = []) throws -> Tool.Result {
    try LogTools.run("aics-tlog", [verb] + LogTools.place(scratch.layout, key) + more)
  }

  /// Pieces of the tree as the newest head has it.
  private func pieces(size: UInt64) -> [Tile] {
    [Tile.Kind.hashes(level: 0), .hashes(level: 1), .entries].flatMap { kind in
      let (full, width) = Tile.count(kind, size: size)
      return (0...full).compactMap { $0 < full || width > 0 ? Tile(kind, index: $0, treeSize: size) : nil }
    }
  }

  @Test("It accepts our log, each record with its proof, and its growth")
  func accepts() async throws {
    let key = try await filled(300)
    let saved = scratch.path + "/saved"
    #expect(try tlog("verify-checkpoint", key, ["--save-checkpoint", saved]).status == 0)
    try await scratch.filled(333, from: 300)
    #expect(try audit(key).status == 0)
    #expect(try tlog("verify-consistency", key, ["--old-checkpoint", saved]).status == 0)
    for index in [0, 255, 256, 632] {
      let entry = scratch.path + "/entry"
      let bundle = scratch.path + "/bundle"
      #expect(
        try tlog("verify-inclusion", key, ["--index", "\(index)", "--entry-out", entry, "--bundle-out", bundle]).status
          == 0)
      #expect(try Files.read(entry) == sample("\(index)").json.canonical)
      let offline = ["verify-bundle", "--offline", "--bundle", bundle, "--log-key", key]
      #expect(try LogTools.run("aics-tlog", offline).status == 0)
    }
    #expect(try tlog("verify-inclusion", key, ["--index", "633"]).status != 0)
  }

  @Test("It refuses a flipped bit in any kind of file: full and partial, hashes and entries, checkpoint")
  func flippedBits() async throws {
    let key = try await filled(633)
    let pieces = pieces(size: 633).map(\.path)
    #expect(pieces.count == 7, "\(pieces)")
    var flips: [String] = []
    for name in pieces + ["checkpoint"] {
      let count = try Files.read(scratch.layout.directory + "/" + name).count
      let step = name == "checkpoint" ? 1 : max(1, count / 23)
      flips += stride(from: 0, to: count, by: step).map { "\(name) \($0) \($0 % 8)" } + ["\(name) \(count - 1) 7"]
    }
    let result = try audit(key, flips: flips.joined(separator: "\n"))
    #expect(result.status == 0 && result.output == "tried \(flips.count)\n", "\(result.output)\(result.errors)")
    #expect(try audit(key).status == 0)
  }

  @Test("It refuses a truncated bundle, a removed tail and a reordered pair")
  func shapes() async throws {
    let key = try await filled(300)
    let folder = scratch.layout.directory
    let bundle = folder + "/tile/entries/001.p/44"
    let good = try Files.read(bundle)
    let found = EntryBundle.ranges(in: good.span, width: 44)
    let ranges = try #require(found)
    for bad in [Array(good.dropLast()), Array(good.prefix(ranges[43].lowerBound - 2)), []] {
      try BaileyAuditTests.Scratch.write(bundle, bad)
      #expect(try audit(key).status == 1, "\(bad.count) bytes")
    }
    var entries = ranges.map { Array(good[$0]) }
    entries.swapAt(3, 4)
    var swapped: [UInt8] = []
    for entry in entries { #expect(EntryBundle.append(entry, to: &swapped)) }
    try BaileyAuditTests.Scratch.write(bundle, swapped)
    #expect(try audit(key).status == 1)
    #expect(try tlog("verify-inclusion", key, ["--index", "259"]).status != 0)
    try BaileyAuditTests.Scratch.write(bundle, good)
    let hashes = folder + "/tile/0/001.p/44"
    var pair = try Files.read(hashes)
    pair = Array(pair[32..<64] + pair[..<32] + pair[64...])
    try BaileyAuditTests.Scratch.write(hashes, pair)
    #expect(try tlog("verify-checkpoint", key).status != 0)
    try Descriptor.workingDirectory.unlink(hashes)
    try Descriptor.workingDirectory.unlink(bundle)
    #expect(try audit(key).status == 1)
    #expect(try tlog("verify-checkpoint", key).status != 0)
  }

  @Test(
    "It refuses a replaced checkpoint: another log's, one that nobody signed, and, for who saw the log before, an older one"
  )
  func replacedCheckpoint() async throws {
    let key = try await filled(20)
    let checkpoint = scratch.layout.checkpoint
    let old = try Files.read(checkpoint)
    try await scratch.filled(20, from: 20)
    let new = try Files.read(checkpoint)
    let saved = scratch.path + "/saved"
    #expect(try tlog("verify-checkpoint", key, ["--save-checkpoint", saved]).status == 0)
    let other = try BaileyAuditTests.Scratch()
    try await other.filled(40)
    var unsigned = try SignedNote(parsing: new)
    unsigned.text = Checkpoint(origin: String(key.prefix { $0 != "+" }), size: 39, root: SHA256Tree.leaf([])).text
    for bad in [try Files.read(other.layout.checkpoint), unsigned.encoded] {
      try BaileyAuditTests.Scratch.write(checkpoint, bad)
      #expect(try tlog("verify-checkpoint", key).status != 0)
    }
    try BaileyAuditTests.Scratch.write(checkpoint, old)
    #expect(try tlog("verify-consistency", key, ["--old-checkpoint", saved]).status != 0)
    try BaileyAuditTests.Scratch.write(checkpoint, new)
    #expect(try tlog("verify-consistency", key, ["--old-checkpoint", saved]).status == 0)
  }

  @Test("It refuses a fork of the log, signed by the same key, shorter, as long, and longer")
  func fork() async throws {
    let key = try await filled(10)
    try scratch.copyState(to: "old")
    try await scratch.filled(10, from: 10)
    let saved = scratch.path + "/saved"
    #expect(try tlog("verify-checkpoint", key, ["--save-checkpoint", saved]).status == 0)
    for more in [5, 10, 20] {
      try scratch.restoreState(from: "old")
      let log = try AuditLog(scratch.layout)
      for _ in 0..<more { try await log.append(sample("fork"), .grouped) }
      await log.close()
      #expect(try tlog("verify-checkpoint", key).status == 0)
      #expect(try tlog("verify-consistency", key, ["--old-checkpoint", saved]).status != 0, "\(more)")
    }
  }
}
