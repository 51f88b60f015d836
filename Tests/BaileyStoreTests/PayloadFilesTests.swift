import BaileyAudit
import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyStore

@Suite("Removing payloads")
struct PayloadFilesTests {
  private let scratch: Scratch
  private let payloads: Payloads
  private let files: PayloadFiles

  init() throws {
    scratch = try Scratch()
    payloads = Payloads(stateDirectory: scratch.path) { ContentDigest() }
    files = PayloadFiles(stateDirectory: scratch.path)
  }

  private func kept(_ reference: PayloadReference, program: (SessionID, Int)? = nil) -> KeptPayload {
    let owners = program.map { [KeptPayload.Owner(session: $0.0, program: $0.1)] } ?? []
    return KeptPayload(kind: .diff, sha256: reference.sha256, size: reference.size, time: 0, owners: owners)
  }

  @Test("What is removed is gone, once and twice, and nothing else with it")
  func removed() async throws {
    let (one, other) = (try payloads.store(Array("one".utf8)), try payloads.store(Array("other".utf8)))
    #expect(await files.usage() == (2, 8))
    #expect(await files.present([kept(one)]).count == 1)
    for _ in 0..<2 { try await files.remove(kept(one)) }
    #expect(await files.present([kept(one)]).isEmpty)
    #expect(try payloads.read(other) == Array("other".utf8))
    #expect(throws: Fault.self) { try payloads.read(one) }
  }

  @Test("A recording that still lies where it was written is removed there")
  func left() async throws {
    let id = SessionID.random()
    try scratch.directory("recordings")
    for program in [0, 1] { try scratch.write("x", to: "recordings/\(id.text).\(program).cast") }
    let reference = try #require(PayloadReference(sha256: String(repeating: "a", count: 64), size: 1))
    try await files.remove(kept(reference, program: (id, 1)))
    #expect(scratch.exists("recordings/\(id.text).0.cast") && !scratch.exists("recordings/\(id.text).1.cast"))
  }

  @Test("No symbolic link is followed, and nothing but a file is removed")
  func links() async throws {
    let reference = try payloads.store(Array("one".utf8))
    let (folder, name) = (reference.sha256.prefix(2), String(reference.sha256.dropFirst(2)))
    try scratch.directory("elsewhere")
    try scratch.write("precious", to: "elsewhere/\(name)")
    let move = try Tool("/bin/sh").run([
      "-c", "cd \(scratch.path)/payloads && rm -r \(folder) && ln -s ../elsewhere \(folder)",
    ])
    #expect(move.status == 0)
    let fault = await #expect(throws: Fault.self) { try await files.remove(kept(reference)) }
    #expect(fault?.code == "payload-unremovable" && scratch.exists("elsewhere/\(name)"))
    let file = try Tool("/bin/sh").run([
      "-c",
      "cd \(scratch.path)/payloads && rm \(folder) && mkdir \(folder) && ln -s ../../elsewhere/\(name) \(folder)/\(name)",
    ])
    #expect(file.status == 0)
    await #expect(throws: Fault.self) { try await files.remove(kept(reference)) }
    #expect(scratch.exists("elsewhere/\(name)"))
  }

  @Test("What is no hash is no place")
  func hostile() async throws {
    try scratch.write("precious", to: "a")
    let payload = KeptPayload(kind: .diff, sha256: "../../a", size: 1, time: 0, owners: [])
    try await files.remove(payload)
    #expect(scratch.exists("a"))
  }

  @Test("That an erasure is under way outlasts the one who said so")
  func mark() async throws {
    #expect(await !files.isErasing())
    for _ in 0..<2 { try await files.mark(isErasing: true) }
    #expect(await PayloadFiles(stateDirectory: scratch.path).isErasing())
    for _ in 0..<2 { try await files.mark(isErasing: false) }
    #expect(await !files.isErasing())
  }
}
