import BaileyCore
import BaileyWire

/// A connection to the controller for one command.
struct Client {
  let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// Connects, and starts the controller where none runs.
  static func open() throws(Failure) -> Client {
    do throws(Fault) {
      return Client(try ControllerStart(places: try .current(), environment: Console().environment).connect())
    } catch {
      throw Failure(error)
    }
  }

  /// Connects to a running controller; `nil` when none runs.
  static func openIfRunning() throws(Failure) -> Client? {
    do throws(Fault) {
      let places = try Places.current()
      do throws(WireError) { return try Connection.connect(to: places).map(Client.init) } catch { throw error.fault }
    } catch {
      throw Failure(error)
    }
  }

  /// Sends a request and returns its reply; a fault of the controller is thrown.
  func ask(
    _ request: Request, descriptors: [Int32] = [], onEvent: (Event) throws(Failure) -> Void = { _ in },
    onData: ([UInt8]) throws(Failure) -> Void = { _ in }
  ) throws(Failure) -> Reply {
    do { try connection.send(request, descriptors: descriptors) } catch { throw Failure(error.fault) }
    while true {
      switch try next(onData) {
      case .event(let event): try onEvent(event)
      case .reply(.fault(let fault)): throw Failure(fault)
      case .reply(let reply): return reply
      }
    }
  }

  private func next(_ onData: ([UInt8]) throws(Failure) -> Void) throws(Failure) -> ServerMessage {
    while true {
      switch try receive() {
      case .message(let json, _):
        do { return try ServerMessage(json: json) } catch { throw Failure(error.fault) }
      case .data(let bytes): try onData(bytes)
      }
    }
  }

  private func receive() throws(Failure) -> Incoming {
    do throws(WireError) {
      guard let incoming = try connection.receive() else { throw .closed }
      return incoming
    } catch {
      throw Failure(error.fault)
    }
  }
}

extension Failure {
  /// The controller answered another question than the one that was asked.
  static let misunderstood = Failure(Fault("wire-malformed", why: "the controller's reply does not fit the request"))
}
