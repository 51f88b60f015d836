import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileySandbox

@Suite("What a tree of processes uses", .serialized)
struct MeterTests {
  /// A shell that runs a script, which writes a line once all stands, and reads descriptor 3 until the test is over.
  private func running(_ script: String, shell: String = "/bin/sh", _ body: (Int32) throws -> Void) throws {
    let (input, output) = (try Descriptor.pipe().take(), try Descriptor.pipe().take())
    let theirInput = Descriptor(owning: input.0)
    let ours = Descriptor(owning: input.1)
    let lines = Descriptor(owning: output.0)
    let theirOutput = Descriptor(owning: output.1)
    let process = try Descriptor.spawn(
      shell, arguments: [shell, "-c", script], descriptors: [nil, theirOutput.raw, nil, theirInput.raw])
    defer {
      try? Descriptor.process(process).sendSignal(9)
      _ = try? BaileyLinux.Program.reap(process, wait: true)
      _ = ours.raw
    }
    _ = try lines.read(upTo: 1)
    try body(process)
  }

  private func resident(_ process: Int32) throws -> Int64 {
    let text = String(decoding: try Descriptor.open("/proc/\(process)/statm").readAll(limit: 4096), as: UTF8.self)
    return Int64(text.split(separator: " ")[1]).map { $0 * Int64(Kernel.pageSize) } ?? 0
  }

  /// Root reads everything.
  @Test("Memory of a program that may be executed but not read is counted", .enabled(if: CurrentProcess.user != 0))
  func unreadable() throws {
    let scratch = try Scratch()
    let shell = scratch.path + "/sh"
    #expect(try Tool("/bin/cp").run(["/bin/sh", shell]).status == 0)
    try Descriptor.workingDirectory.setMode(of: shell, 0o111)
    try running("echo; read x <&3", shell: shell) { process in
      #expect(throws: Errno.self) { try Descriptor.open("/proc/\(process)/smaps_rollup").readAll(limit: 4096) }
      let used = try #require(ProcessTreeMeter.usage(ofInit: process)).memory
      #expect(try used > 0 && used == resident(process))
    }
  }

  @Test("Memory below the limit is told as no less than it is, and else by what each process has a share of")
  func shared() throws {
    try running("for i in 1 2 3 4; do ( read x <&3 ) & done; echo; read x <&3") { process in
      let exact = try #require(ProcessTreeMeter.usage(ofInit: process))
      let bound = try #require(ProcessTreeMeter.usage(ofInit: process, memoryLimit: .max))
      let exceeded = try #require(ProcessTreeMeter.usage(ofInit: process, memoryLimit: 1))
      #expect(exact.processes == 5 && exact.memory > 0)
      #expect(try bound.memory > exact.memory && bound.memory > resident(process))
      #expect(exceeded.memory < bound.memory)
    }
  }
}
