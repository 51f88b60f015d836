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
  /// Tells more of the resource than its constructor does.
  package mutating func add(_ facts: [String: JSON]) {
    guard case .object(let members) = resource else { return }
    resource = .object(members.merging(facts) { _, added in added })
  }

  /// A connection to a named host, or to an address where the agent gave no name.
  ///
  /// - Parameter transport: where all that follows is read, how the name was learned: `tls`, `http`, `connect`, `socks5`. Where bytes may
  ///   pass unread, as what: `opaque` (TLS that is not opened), `tcp` (anything), `address` (anything, to no name). And `host-port`: a
  ///   port of the host's loopback that the sandbox offers as its own; the address is then a loopback one, and there is no host.
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
  /// - Parameters:
  ///   - bytes: length of the body, where the head states it.
  ///   - clientCertificate: the host pattern of the person's certificate that the server is shown if it asks for one.
  package static func request(
    _ subject: Subject, scheme: String, host: String, port: UInt16, method: String, path: String, bytes: Int64? = nil,
    clientCertificate: String? = nil
  ) -> Action {
    var resource: [String: JSON] = [
      "scheme": .string(scheme), "host": .string(host), "port": .int(Int64(port)), "method": .string(method),
      "path": .string(path),
    ]
    if let bytes { resource["bytes"] = .int(bytes) }
    if let clientCertificate { resource["client_certificate"] = .string(clientCertificate) }
    return Action(.httpRequest, subject, resource: .object(resource))
  }

  /// The request with what was found in it so far.
  package func with(_ findings: PassageFindings) -> Action {
    guard !findings.isEmpty, var resource = resource.object, var context = context.object else { return self }
    var action = self
    resource["findings"] = findings.json
    let labels = Set(context["labels"]?.array?.compactMap(\.string) ?? []).union(findings.facts.labels)
    if !labels.isEmpty { context["labels"] = .array(labels.sorted().map(JSON.string)) }
    (action.resource, action.context) = (.object(resource), .object(context))
    return action
  }

  /// One HTTP request with all that policies know of it.
  ///
  /// - Parameter more: members of the resource beside these: the region, and what the first part of the body says.
  package static func request(
    _ subject: Subject, scheme: String, host: String, port: UInt16, facts: RequestFacts, more: [String: JSON] = [:]
  ) -> Action {
    var resource = more.merging(facts.members) { _, fact in fact }
    resource["scheme"] = .string(scheme)
    resource["host"] = .string(host)
    resource["port"] = .int(Int64(port))
    return Action(.httpRequest, subject, resource: .object(resource))
  }

  /// A secret's value for one request, in place of its placeholder.
  ///
  /// - Parameters:
  ///   - places: where the placeholder stands, as `SecretPlace` writes them.
  ///   - asks: the secret itself wants each use to be asked for.
  package static func use(
    _ subject: Subject, secret: String, places: [String], host: String, port: UInt16, method: String, path: String,
    asks: Bool
  ) -> Action {
    Action(
      .secretUse, subject,
      resource: [
        "name": .string(secret), "places": .array(places.map(JSON.string)), "host": .string(host),
        "port": .int(Int64(port)), "method": .string(method), "path": .string(path), "asks": .bool(asks),
      ])
  }

  package static func resolve(_ subject: Subject, name: String, type: String) -> Action {
    Action(.dnsQuery, subject, resource: ["name": .string(name), "type": .string(type)])
  }

  package static func exec(_ subject: Subject, path: String, arguments: [String]) -> Action {
    Action(
      .exec, subject, resource: ["path": .string(path), "argv": .array(arguments.map(JSON.string))])
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

  /// - Parameters:
  ///   - findings: of what the inspection found in what is to be applied.
  ///   - isApproved: the person has said yes to whatever a policy asks.
  package static func apply(
    _ subject: Subject, project: String, changes: Int, risky: Int, digest: String, findings: FindingFacts? = nil,
    isApproved: Bool = false
  ) -> Action {
    var resource: [String: JSON] = [
      "project": .string(project), "changes": .int(Int64(changes)), "risky": .int(Int64(risky)),
      "sha256": .string(digest),
    ]
    var context: [String: JSON] = [:]
    if let findings {
      resource["findings"] = findings.json
      if !findings.labels.isEmpty { context["labels"] = .array(findings.labels.map(JSON.string)) }
    }
    if isApproved { context["approved"] = true }
    return Action(.workspaceApply, subject, resource: .object(resource), context: .object(context))
  }

  package static func start(_ subject: Subject, command: [String], project: String, manifest: String) -> Action {
    Action(
      .sessionStart, subject,
      resource: [
        "argv": .array(command.map(JSON.string)), "project": .string(project),
        "manifest_sha256": .string(manifest),
      ])
  }
}
