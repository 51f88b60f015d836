internal import BaileyCore
internal import BaileyLinux

/// One git that is talked to through pipes. Ended with its owner.
final class GitProcess {
  /// Milliseconds without a word until git counts as stuck: on a pipe in the place of a file, say.
  private static let patience: Int32 = 120_000

  private let name: String
  private let pid: Int32
  private let output: Descriptor
  private let errors: Descriptor
  private var input: Descriptor?
  private var said: [UInt8] = []
  private var isReaped = false

  /// - Parameter source: its standard input; without one there is a pipe, for `write`.
  init(_ repository: GitRepository, _ arguments: [String], reading source: Int32? = nil) throws(Fault) {
    name = "git " + (arguments.first ?? "")
    do throws(Errno) {
      let toParent = try Descriptor.pipe(), complaints = try Descriptor.pipe(), toChild = try Descriptor.pipe()
      let program = repository.program(
        arguments, input: source ?? toChild.first.raw, output: toParent.second.raw, errors: complaints.second.raw)
      pid = try program.start()
      output = try toParent.first.duplicate()
      errors = try complaints.first.duplicate()
      input = source == nil ? try toChild.second.duplicate() : nil
    } catch {
      throw Fault("git-failed", subject: name, why: "git could not be run: \(error.message)")
    }
  }

  deinit {
    input = nil
    guard !isReaped else { return }
    try? Signals.send(9, to: pid)
    _ = try? Program.reap(pid, wait: true)
  }

  func write(_ bytes: [UInt8]) throws(Fault) {
    do throws(Errno) { try input?.writeAll(bytes) } catch { throw failure("it does not take what it is told") }
  }

  /// The next bytes; nil at the end.
  func read() throws(Fault) -> [UInt8]? {
    do throws(Errno) {
      while true {
        let ready = try poll([(output.raw, .input), (errors.raw, .input)], milliseconds: Self.patience)
        if ready.allSatisfy(\.isEmpty) { throw .timedOut }
        if ready[1].contains(.input) { hear(try errors.read(upTo: 4096)) }
        if ready[0].isEmpty { continue }
        let bytes = try output.read(upTo: Worker.piece)
        return bytes.isEmpty ? nil : bytes
      }
    } catch {
      throw failure(error.message)
    }
  }

  /// Waits for its end, which must be a good one.
  func end() throws(Fault) {
    input = nil
    var status: ProcessEnd?
    do throws(Errno) {
      while case let bytes = try errors.read(upTo: 4096), !bytes.isEmpty { hear(bytes) }
      status = try Program.reap(pid, wait: true)
      isReaped = true
    } catch {
      throw failure(error.message)
    }
    guard status == .exited(0) else { throw failure("it failed") }
  }

  /// The read end of its output for the next process.
  func lendOutput<E: Error>(_ body: (Int32) throws(E) -> Void) throws(E) { try body(output.raw) }

  private func hear(_ bytes: [UInt8]) { if said.count < 1024 { said += bytes.prefix(1024 - said.count) } }

  private func failure(_ why: String) -> Fault {
    let words = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")
    return Fault("git-failed", subject: name, why: words.isEmpty ? why : printable(words))
  }
}
