import BaileyCore
import BaileyLinux
import CBaileyJail

/// The controller's end of the control socket. Closing it ends the sandbox.
final class ControlSocket: Sendable {
  fileprivate let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// For poll(2).
  var number: Int32 { descriptor.raw }

  struct Packet {
    var event: JailEvent
    var descriptors: [Int32]
  }

  /// Waits for the next event; `nil` when pid 1 and all that could speak for it are gone, or spoke nonsense.
  func next() -> Packet? {
    guard let message = try? descriptor.receive(upTo: 4096, descriptors: 192), !message.bytes.isEmpty else {
      return nil
    }
    guard !message.isTruncated, let event = JailEvent(message.bytes) else {
      for number in message.descriptors { _ = Descriptor(owning: number) }
      return nil
    }
    return Packet(event: event, descriptors: message.descriptors)
  }

  func send(_ code: bailey_code, _ numbers: [UInt64], _ strings: [PlanString] = [], descriptors: [Int32] = [])
    throws(Fault)
  {
    var writer = PlanWriter()
    do throws(PlanWriter.Problem) { try writer.record(code, numbers, strings) } catch {
      throw Fault("sandbox-path-invalid", why: "the path contains a NUL byte", hint: "name the path without it")
    }
    guard writer.bytes.count <= 16384 else {
      throw Fault("sandbox-path-invalid", why: "the path is too long", hint: "name a path of at most 4096 bytes")
    }
    do throws(Errno) { try descriptor.send(writer.bytes, descriptors: descriptors, nonBlocking: true) } catch {
      throw error == .tryAgain
        ? Fault("sandbox-busy", why: "pid 1 of the sandbox has too many requests waiting", hint: "try again")
        : Fault("sandbox-ended", why: "the sandbox has ended", hint: "start a new session")
    }
  }
}

extension ControlSocket {
  /// Bytes as they are: for tests of what pid 1 does with nonsense.
  func sendRaw(_ bytes: [UInt8]) throws(Errno) { try descriptor.send(bytes) }
}
