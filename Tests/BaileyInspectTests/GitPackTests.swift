import BaileyTestSupport
import Testing

@testable import BaileyInspect

/// Packs as git makes them for a push.
@Suite("Packs of git", .serialized)
struct GitPackTests {
  private static let secret = "AKIAPYCDYBK377OXTZQ6"

  /// What the last commit of a repository adds, with a secret in the middle of a long file.
  ///
  /// - Parameter options: of `git pack-objects`.
  private func pack(_ options: String, format: String = "sha1") throws -> [UInt8] {
    let scratch = try Scratch()
    let made = try Tool("/bin/sh", directory: scratch.path).run([
      "-ec",
      """
      git init -q --object-format=\(format) .; git config user.name n; git config user.email e@f
      seq 1 4000 > file; head -c 20000 /dev/urandom > noise; git add -A; git commit -q -m one
      (seq 1 2000; echo 'key = "\(Self.secret)"'; seq 2001 4000) > file; git commit -q -a -m two
      printf 'HEAD\\n^HEAD~1\\n' | git pack-objects -q --revs --stdout \(options) | od -An -v -tx1
      """,
    ])
    try #require(made.status == 0, "\(made)")
    return made.output.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
  }

  private func begin(_ pack: [UInt8]) -> [UInt8] { Array("0000".utf8) + pack }

  @Test(
    "A secret in a pushed file is found: whole, in a delta of either kind, and in a repository of SHA-256",
    arguments: ["--window=0", "--thin", "--delta-base-offset --thin"], ["sha1", "sha256"])
  func pushed(options: String, format: String) throws {
    let bytes = begin(try pack(options, format: format))
    let whole = try Shared.find(bytes)
    #expect(whole.map(\.rule) == ["aws-access-key"] && whole.first?.disguises.first == "git pack", "\(whole)")
    #expect(try Shared.find(bytes) { _ in 1 } == whole)
  }

  @Test("A delta against an object of the same pack is read, and so are objects behind it")
  func all() throws {
    let scratch = try Scratch()
    let made = try Tool("/bin/sh", directory: scratch.path).run([
      "-ec",
      """
      git init -q .; git config user.name n; git config user.email e@f
      for n in 1 2 3; do (seq 1 3000; echo round $n; seq 3001 5000; [ $n != 2 ] || echo '\(Self.secret)') > file
      git add -A; git commit -q -m $n; done
      echo HEAD | git pack-objects -q --revs --stdout --delta-base-offset | od -An -v -tx1
      """,
    ])
    let bytes = made.output.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
    #expect(try Shared.find(begin(bytes)).map(\.rule) == ["aws-access-key"])
  }

  @Test("A pack that cannot be read on is told, and one in a server's side band is left")
  func broken() throws {
    var bytes = begin(try pack("--window=0"))
    #expect(try Shared.find(Array("1fff".utf8) + [1] + bytes[4...]) == [])
    bytes[16] |= 0x70
    bytes[17] = 0x80
    #expect(try Shared.find(bytes).map(\.rule) == ["unreadable-archive"])
    #expect(try Shared.find(Array("PACK".utf8) + [0, 0, 0, 9] + [UInt8](repeating: 7, count: 400)) == [])
    #expect(
      try Shared.find(Array("0000PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 0] + [UInt8](repeating: 7, count: 20)) == [])
  }
}
