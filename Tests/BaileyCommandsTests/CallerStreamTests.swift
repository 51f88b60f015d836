import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@testable import BaileyCommands

@Suite("The caller's standard streams")
struct CallerStreamTests {
  @Test("A terminal, a pipe, /dev/null, a file and a socket are told apart, and a directory is refused")
  func kinds() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "file")
    let file = try Descriptor.open(scratch.path + "/file")
    let null = try Descriptor.open("/dev/null")
    let directory = try Descriptor.open(scratch.path, .directory)
    let pipe = try Descriptor.pipe()
    let sockets = try Descriptor.socketPair()
    let terminal = try Descriptor.pseudoTerminal()
    #expect(try CallerStream(number: pipe.first.raw) == .pipe)
    #expect(try CallerStream(number: null.raw) == .null)
    #expect(try CallerStream(number: terminal.second.raw) == .terminal)
    #expect(try isPumped(file.raw) && isPumped(sockets.first.raw))
    let fault = #expect(throws: Fault.self) { try CallerStream(number: directory.raw) }
    #expect(fault?.code == "stream-directory")
    #expect(try CallerStream(number: 9999) == .null)
  }

  private func isPumped(_ number: Int32) throws -> Bool {
    if case .pumped = try CallerStream(number: number) { return true }
    return false
  }

  @Test("What is passed is never a file: only pipes")
  func passesOnlyPipes() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "in")
    let input = try Descriptor.open(scratch.path + "/in")
    let output = try Descriptor.open(scratch.path + "/out", [.writeOnly, .create])
    let streams = try CallerStreams([input.raw, output.raw, output.raw])
    #expect(streams.plan == StreamPlan(input: .passed, output: .passed, error: .passed))
    for number in streams.passed {
      let type = Descriptor.lending(number) { (try? $0.status())?.type }
      #expect(type == .pipe)
    }
    // Output and errors into one file go through one pipe, in the order of writing.
    #expect(streams.passed[1] == streams.passed[2])
    #expect(streams.pumps.count == 2)
  }

  @Test("A terminal and /dev/null are not passed at all")
  func notPassed() throws {
    let terminal = try Descriptor.pseudoTerminal()
    let null = try Descriptor.open("/dev/null")
    let streams = try CallerStreams([terminal.second.raw, terminal.second.raw, null.raw])
    #expect(streams.plan == StreamPlan(input: .terminal, output: .terminal, error: .null))
    #expect(streams.passed.isEmpty && streams.pumps.isEmpty && streams.hasTerminal)
  }
}
