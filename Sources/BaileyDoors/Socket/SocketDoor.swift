package import BaileyControl
package import BaileyCore
import BaileyLinux
package import BaileyWire

/// What the socket needs beside the controller.
package struct DoorServices: Sendable {
  package var controller: Controller
  package var log: any LogSource
  /// `nil` reads the log from end to end for each question.
  package var index: (any LogSearcher)?
  package var exports: (any LogExporter)?
  package var policies: (any PolicyAnswers)?
  package var recordings: (any RecordingKeeper)?
  package var retention: Retention?
  package var provenance: (any ProvenanceKeeper)?
  /// What `doctor` looks at, in this order.
  package var health: [any HealthProbe]
  package var version: String
  /// Ends the program after an orderly stop.
  package var shutdown: @Sendable () -> Void

  package init(
    controller: Controller, log: any LogSource, index: (any LogSearcher)? = nil, exports: (any LogExporter)? = nil,
    policies: (any PolicyAnswers)? = nil, recordings: (any RecordingKeeper)? = nil,
    retention: Retention? = nil, provenance: (any ProvenanceKeeper)? = nil, health: [any HealthProbe], version: String,
    shutdown: @escaping @Sendable () -> Void
  ) {
    self.provenance = provenance
    self.controller = controller
    self.log = log
    self.index = index
    self.exports = exports
    self.policies = policies
    self.recordings = recordings
    self.retention = retention
    self.health = health
    self.version = version
    self.shutdown = shutdown
  }
}

/// The local API on a Unix socket: one request a connection. Holds no decisions.
package final class SocketDoor: Sendable {
  private let services: DoorServices
  private let terminals = Terminals()

  package init(services: DoorServices) { self.services = services }

  /// Accepts until the socket is closed. Blocks: to be called on a thread of its own.
  package func serve(_ door: borrowing Door) {
    while true {
      do throws(WireError) {
        let connection = try ServerConnection(try door.accept())
        let exchange = Exchange(connection: connection, services: services, terminals: terminals)
        Task { await exchange.serve() }
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

/// The relays of running programs that have a terminal.
actor Terminals {
  private var relays: [SessionID: TerminalRelay] = [:]
  private var labels: [SessionID: String] = [:]

  func keep(_ relay: TerminalRelay, for id: SessionID) { relays[id] = relay }
  func name(_ id: SessionID, _ label: String?) { labels[id] = label }
  func relay(of id: SessionID) -> TerminalRelay? { relays[id] }
  func label(of id: SessionID) -> String? { labels[id] }

  func forget(_ id: SessionID) {
    relays[id] = nil
    labels[id] = nil
  }
}
