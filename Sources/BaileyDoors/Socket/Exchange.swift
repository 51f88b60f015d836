import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyWire

/// One connection: one request, its events, its reply.
struct Exchange: Sendable {
  let connection: ServerConnection
  let services: DoorServices
  let terminals: Terminals

  var controller: Controller { services.controller }

  typealias Inbox = ServerConnection.Inbox

  func serve() async {
    guard let inbox = try? connection.start() else { return }
    var iterator = inbox.makeAsyncIterator()
    guard case .message(let json, let descriptors)? = await iterator.next() else { return await connection.finish() }
    do throws(WireError) {
      let request = try Request(json: json)
      await answer(request, descriptors, inbox)
      await connection.finish()
      if request == .shutdown { services.shutdown() }
    } catch {
      try? connection.send(.fault(error.fault))
      await connection.finish()
    }
  }

  private func answer(_ request: Request, _ descriptors: PassedDescriptors, _ inbox: Inbox) async {
    let reply: Reply
    do throws(Fault) {
      switch request {
      case .run(let run): reply = try await self.run(run, descriptors, inbox)
      case .exec(let exec): reply = try await self.exec(exec, descriptors, inbox)
      case .attach(let session, let terminal): reply = try await attach(session, terminal, inbox)
      case .log(let query): reply = try await log(query, inbox)
      case .replay(let replay): reply = try await self.replay(replay)
      case .secretOrder(let order): reply = try await carryOut(order, descriptors)
      case .provenance(let session): reply = try await provenance(session)
      default: reply = try await simple(request)
      }
    } catch {
      reply = .fault(error)
    }
    try? connection.send(reply)
  }

  func send(_ event: Event) throws(Fault) {
    do { try connection.send(event) } catch { throw error.fault }
  }

  /// For one of many: a client that reads slowly slows those who produce for it, and nobody else.
  func sendWhenRoom(_ event: Event) async throws(Fault) {
    do { try await connection.room() } catch { throw error.fault }
    try send(event)
  }

  /// The session that a command means.
  func pick(_ reference: SessionReference) async throws(Fault) -> SessionSummary {
    var project: String?
    if case .latest(let directory) = reference { project = try locate(directory).root }
    return try reference.pick(from: try await controller.summaries(), project: project)
  }

  func locate(_ directory: String) throws(Fault) -> ProjectLocation {
    try controller.resources.locator.locate(from: directory, home: Self.account().home)
  }

  static func account() throws(Fault) -> Account {
    guard let account = Account.of(user: CurrentProcess.user) else {
      throw Fault("user-unknown", why: "the user database does not know user \(CurrentProcess.user)")
    }
    return account
  }
}
