/// What an action asks for. The one vocabulary of policy, log, simulator and detector.
package enum Verb: String, Sendable, CaseIterable {
  case sessionStart = "session.start"
  case fileRead = "file.read"
  case fileWrite = "file.write"
  case fileMount = "file.mount"
  case exec
  case dnsQuery = "dns.query"
  case netConnect = "net.connect"
  case httpRequest = "http.request"
  case secretUse = "secret.use"
  case workspaceApply = "workspace.apply"
  case toolCall = "tool.call"
  case taskRun = "task.run"
  case pluginCall = "plugin.call"
  case modelLoad = "model.load"
}

/// Who asks.
package struct Subject: Sendable, Equatable {
  package var session: SessionID
  /// The agent's name: the program's base name until a profile identifies it.
  package var agent: String
  package var user: String

  package init(session: SessionID, agent: String, user: String) {
    self.session = session
    self.agent = agent
    self.user = user
  }

  package var json: JSON {
    ["session": .string(session.text), "agent": ["name": .string(agent)], "user": .string(user)]
  }
}

/// A request for one effect: verb, subject, resource, context.
///
/// `resource` and `context` follow DESIGN.md section 6. The typed constructors below are the only places that spell their keys.
package struct Action: Sendable, Equatable {
  package var verb: Verb
  package var subject: Subject
  package var resource: JSON
  package var context: JSON

  package init(_ verb: Verb, _ subject: Subject, resource: JSON, context: JSON = .object([:])) {
    self.verb = verb
    self.subject = subject
    self.resource = resource
    self.context = context
  }

  package var json: JSON {
    [
      "version": 1, "action": .string(verb.rawValue), "subject": subject.json, "resource": resource,
      "context": context,
    ]
  }
}

extension Action {
  /// A connection to a named host, or to an address where the agent gave no name.
  ///
  /// - Parameter transport: how the name was learned: `tls`, `http`, `connect`, `socks5`, `tcp` (synthetic DNS only), `address` (there is
  ///   none), or `host-port`: a port of the host's loopback that the sandbox offers as its own; the address is then a loopback one, and
  ///   there is no host.
  package static func connect(
    _ subject: Subject, host: String?, address: String?, port: UInt16, transport: String
  ) -> Action {
    var resource: [String: JSON] = ["port": .int(Int64(port)), "transport": .string(transport)]
    if let host { resource["host"] = .string(host) }
    if let address { resource["address"] = .string(address) }
    return Action(.netConnect, subject, resource: .object(resource))
  }

  /// One HTTP request whose head was read in clear.
  ///
  /// - Parameter bytes: length of the body, where the head states it.
  package static func request(
    _ subject: Subject, scheme: String, host: String, port: UInt16, method: String, path: String, bytes: Int64? = nil
  ) -> Action {
    var resource: [String: JSON] = [
      "scheme": .string(scheme), "host": .string(host), "port": .int(Int64(port)), "method": .string(method),
      "path": .string(path),
    ]
    if let bytes { resource["bytes"] = .int(bytes) }
    return Action(.httpRequest, subject, resource: .object(resource))
  }

  package static func resolve(_ subject: Subject, name: String, type: String) -> Action {
    Action(.dnsQuery, subject, resource: ["name": .string(name), "type": .string(type)])
  }

  package static func exec(_ subject: Subject, path: String, arguments: [String]) -> Action {
    Action(
      .exec, subject, resource: ["path": .string(path), "argv": .array(recorded(arguments).map(JSON.string))])
  }

  /// - Parameter access: `read` or `write`.
  package static func mount(_ subject: Subject, path: String, access: String) -> Action {
    Action(.fileMount, subject, resource: ["path": .string(path), "access": .string(access)])
  }

  /// - Parameter resolved: where symbolic links led, if that is another path.
  package static func read(_ subject: Subject, path: String, resolved: String? = nil) -> Action {
    var resource: [String: JSON] = ["path": .string(path)]
    if let resolved { resource["resolved"] = .string(resolved) }
    return Action(.fileRead, subject, resource: .object(resource))
  }

  /// - Parameter operation: `open`, `rename`, `unlink`, `mkdir`, `symlink`, `link`, `connect` (a Unix socket).
  package static func write(_ subject: Subject, path: String, operation: String, to target: String? = nil) -> Action {
    var resource: [String: JSON] = ["path": .string(path), "operation": .string(operation)]
    if let target { resource["to"] = .string(target) }
    return Action(.fileWrite, subject, resource: .object(resource))
  }

  package static func apply(_ subject: Subject, project: String, changes: Int, risky: Int, digest: String) -> Action {
    Action(
      .workspaceApply, subject,
      resource: [
        "project": .string(project), "changes": .int(Int64(changes)), "risky": .int(Int64(risky)),
        "sha256": .string(digest),
      ])
  }

  package static func start(_ subject: Subject, command: [String], project: String, manifest: String) -> Action {
    Action(
      .sessionStart, subject,
      resource: [
        "argv": .array(recorded(command).map(JSON.string)), "project": .string(project),
        "manifest_sha256": .string(manifest),
      ])
  }
}
