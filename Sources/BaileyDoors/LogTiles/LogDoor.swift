package import BaileyCore
import BaileyHTTP
import BaileyLinux
package import BaileyWire

/// HTTP for those who follow the log: on a Unix socket of the person, or on a port of loopback, where every user of the machine reads.
package final class LogDoor: Sendable {
  private let server: HTTPServer
  private let listener: Listener

  private enum Listener: Sendable {
    case socket(SharedDoor)
    case port(SharedListener)
  }

  private static func server(_ log: any PublishedLog, checksHost: Bool) -> HTTPServer {
    var limits = HTTPServer.Limits()
    (limits.body, limits.connections) = (0, 32)
    let tiles = LogTiles(log: log, checksHost: checksHost)
    return HTTPServer(limits: limits) { tiles.reply(to: $0) }
  }

  package init(_ log: any PublishedLog, door: consuming Door) {
    server = Self.server(log, checksHost: false)
    listener = .socket(SharedDoor(door))
  }

  /// - Throws: `port-unavailable`.
  package init(_ log: any PublishedLog, address: IPAddress, port: UInt16) throws(Fault) {
    let endpoint = Endpoint(address, port)
    do throws(Errno) { listener = .port(SharedListener(Descriptor(owning: try Socket.listener(on: endpoint)))) } catch {
      throw Fault(
        "port-unavailable", subject: endpoint.description, why: error.message,
        hint: "another program may listen there; name another port in log.yaml")
    }
    server = Self.server(log, checksHost: true)
  }

  /// As the settings say; where it cannot be, who tells of it.
  package static func opened(_ listener: LogListener?, _ log: any PublishedLog, _ places: Places)
    -> (LogDoor?, (any HealthProbe)?)
  {
    do throws(Fault) {
      switch listener {
      case nil: return (nil, nil)
      case .socket: return (LogDoor(log, door: try Door(at: places.logSocket, in: places)), nil)
      case .loopback(let address, let port): return (try LogDoor(log, address: address, port: port), nil)
      }
    } catch {
      return (nil, KnownFault("log served", error))
    }
  }

  /// Accepts for as long as the process lives. Blocks: to be called on a thread of its own.
  package func serve() {
    while true {
      do throws(Errno) {
        let socket = try accept()
        if !server.serve(socket) { Socket.close(socket) }
      } catch .tryAgain {
        continue
      } catch .badDescriptor, .invalid {
        return
      } catch {
        // No descriptor to be had, most likely: wait for one instead of asking without end.
        _ = try? poll([], milliseconds: 50)
      }
    }
  }

  private func accept() throws(Errno) -> Int32 {
    switch listener {
    case .socket(let shared):
      do throws(WireError) { return try shared.door.acceptSocket().take() } catch .system(_, let number) {
        throw Errno(rawValue: number)
      } catch {
        throw .tryAgain
      }
    case .port(let shared):
      _ = try poll([(shared.descriptor.raw, .input)])
      return try Socket.accept(shared.descriptor.raw)
    }
  }
}

/// A listening port that a thread borrows for as long as the process lives.
private final class SharedListener: Sendable {
  let descriptor: Descriptor
  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
