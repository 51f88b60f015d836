package import BaileyCore
import BaileyLinux
import CBaileyJail

extension Sandbox {
  /// How long a server inside may take to accept, milliseconds.
  private static let patience: Int32 = 5000

  /// 127.0.0.1 first, then ::1. The socket is blocking.
  package func dial(port: UInt16) async throws(Fault) -> Int32 {
    do throws(Fault) {
      return try await dial(port, version6: false)
    } catch {
      return try await dial(port, version6: true)
    }
  }

  private func dial(_ port: UInt16, version6: Bool) async throws(Fault) -> Int32 {
    guard let number = try await request(BAILEY_DIAL, [UInt64(port), version6 ? 1 : 0]) else {
      throw Self.dialFault(port, "no socket came back")
    }
    let result = await withCheckedContinuation { (done: CheckedContinuation<Result<Int32, Fault>, Never>) in
      // Waiting blocks, so it has a thread of its own.
      let started: Void? = try? startThread("dial") { done.resume(returning: Self.awaitConnection(number, port)) }
      if started == nil {
        _ = Descriptor(owning: number)
        done.resume(returning: .failure(Self.dialFault(port, "no thread is left")))
      }
    }
    return try result.get()
  }

  private static func awaitConnection(_ number: Int32, _ port: UInt16) -> Result<Int32, Fault> {
    let socket = Descriptor(owning: number)
    do throws(Errno) {
      let ready = try poll([(number, .output)], milliseconds: patience)
      if ready[0].isEmpty { throw .timedOut }
      if let error = try socket.socketError() { throw error }
      try socket.setNonBlocking(false)
    } catch {
      return .failure(dialFault(port, "\(error)"))
    }
    return .success(socket.take())
  }

  private static func dialFault(_ port: UInt16, _ why: String) -> Fault {
    Fault("sandbox-dial-failed", subject: "port \(port)", why: why, hint: "does a program in the session listen there?")
  }
}
