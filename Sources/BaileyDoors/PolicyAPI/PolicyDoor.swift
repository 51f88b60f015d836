package import BaileyCore
import BaileyHTTP
import BaileyLinux
package import BaileyWire

/// HTTP on a Unix socket of its own: OPA's data API and AuthZEN, for programs of the same person.
///
/// It answers questions and changes nothing. It lies in the runtime directory, which no sandbox sees and no manifest can grant.
package final class PolicyDoor: Sendable {
  private let server: HTTPServer

  package init(answers: any PolicyAnswers, version: String) {
    let api = PolicyAPI(answers: answers, version: version, now: { Clock.realTime })
    server = HTTPServer { question in api.reply(to: question) }
  }

  /// Accepts until the socket is closed. Blocks: to be called on a thread of its own.
  package func serve(_ door: borrowing Door) {
    while true {
      do throws(WireError) {
        let socket = try door.acceptSocket().take()
        if !server.serve(socket) { _ = Descriptor(owning: socket) }
      } catch .system(_, let number) where number == Errno.badDescriptor.rawValue || number == Errno.invalid.rawValue {
        return
      } catch .system {
        // No descriptor to be had, most likely: wait for one instead of asking without end.
        _ = try? poll([], milliseconds: 50)
      } catch {
        continue
      }
    }
  }
}
