import BaileyCore
import BaileyLinux

/// A pidfd with several readers.
final class ProcessDescriptor: Sendable {
  let descriptor: Descriptor
  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

/// bailey-jail, just started: the control socket, and the process that builds the walls and ends when they stand.
struct JailProcess: Sendable {
  let control: ControlSocket
  /// A pidfd of the first process.
  let builder: ProcessDescriptor

  /// - Parameters:
  ///   - plan: of `PlanEncoder`; handed over in memory that can no longer be changed.
  ///   - group: entered first of all, if the plan was encoded with `groups`.
  static func start(_ program: String, plan: [UInt8], streams: StandardStreams, group: SessionGroup? = nil)
    throws(Fault) -> JailProcess
  {
    do throws(Errno) {
      let plan = try Descriptor.sealedMemory("bailey-plan", plan)
      let pair = try Descriptor.socketPair(.packet).take()
      let control = Descriptor(owning: pair.0)
      let theirs = Descriptor(owning: pair.1)
      let null = try Descriptor.open("/dev/null", .readWrite)
      let doors = try group?.doors().take()
      defer { for door in [doors?.0, doors?.1] { _ = Descriptor(owning: door ?? -1) } }
      let process = try Descriptor.spawn(
        program, arguments: ["bailey-jail"],
        descriptors: [
          null.raw, null.raw, 2, plan.raw, theirs.raw, streams.input, streams.output, streams.error,
          doors?.0, doors?.1,
        ])
      return JailProcess(control: ControlSocket(control), builder: ProcessDescriptor(try .process(process)))
    } catch {
      throw Fault(
        "sandbox-start-failed", subject: program, why: "bailey-jail could not be started: \(error)",
        hint: "is bailey-jail installed beside baileyd?")
    }
  }
}

extension StandardStreams {
  /// Which streams are passed.
  var passed: PlanEncoder.Streams {
    var streams: PlanEncoder.Streams = []
    if input != nil { streams.insert(.input) }
    if output != nil { streams.insert(.output) }
    if error != nil { streams.insert(.error) }
    return streams
  }

  var numbers: [Int32] { [input, output, error].compactMap { $0 } }

  /// They were handed to us, and were duplicated into the sandbox.
  func close() {
    for number in Set(numbers) { _ = Descriptor(owning: number) }
  }
}
