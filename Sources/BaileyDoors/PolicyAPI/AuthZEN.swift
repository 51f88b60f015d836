import BaileyCore

/// Questions of AuthZEN's Authorization API 1.0 as inputs of version 1: docs/policy-api.md has the table.
enum AuthZEN {
  struct Failure: Error {
    var why: String
  }

  /// Where the `id` of a resource goes, by the resource's type.
  private static let identifiers = [
    "file": "path", "path": "path", "host": "host", "project": "project", "tool": "name", "task": "name",
    "plugin": "name", "secret": "name", "model": "name", "name": "name",
  ]

  static func request(_ body: [UInt8]) throws(Failure) -> JSON {
    guard let request = try? JSON.parse(body), request.object != nil else {
      throw Failure(why: "the body is no JSON object, or holds a fraction")
    }
    return request
  }

  static func input(of request: JSON, now: Int64) throws(Failure) -> JSON {
    guard let action = request["action"]?["name"]?.string, Verb(rawValue: action) != nil else {
      throw Failure(why: "`action.name` is none of \(Verb.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    var context = try object(request, "context")
    context["now_ns"] = .int(now)
    context["seed"] = .int(.random(in: .min ... .max))
    return [
      "version": 1, "action": .string(action), "subject": .object(try subject(request)),
      "resource": .object(try resource(request)), "context": .object(context),
    ]
  }

  private static func subject(_ request: JSON) throws(Failure) -> [String: JSON] {
    let (type, id, properties) = try entity(request, "subject")
    var subject = properties
    switch type {
    case "user": subject["user"] = .string(id)
    case "session": subject["session"] = .string(id)
    case "agent":
      var agent = properties["agent"]?.object ?? [:]
      agent["name"] = .string(id)
      subject["agent"] = .object(agent)
    default: throw Failure(why: "`subject.type` is none of user, agent, session")
    }
    return subject
  }

  private static func resource(_ request: JSON) throws(Failure) -> [String: JSON] {
    let (type, id, properties) = try entity(request, "resource")
    var resource = properties
    guard let member = identifiers[type] else {
      throw Failure(why: "`resource.type` is none of \(identifiers.keys.sorted().joined(separator: ", "))")
    }
    if let other = resource[member], other != .string(id) {
      throw Failure(why: "`resource.id` and `resource.properties.\(member)` differ")
    }
    resource[member] = .string(id)
    return resource
  }

  private static func entity(_ request: JSON, _ name: String) throws(Failure) -> (String, String, [String: JSON]) {
    guard let entity = request[name], let type = entity["type"]?.string, let id = entity["id"]?.string else {
      throw Failure(why: "`\(name)` needs `type` and `id`")
    }
    return (type, id, try object(entity, "properties"))
  }

  private static func object(_ json: JSON, _ name: String) throws(Failure) -> [String: JSON] {
    guard let value = json[name] else { return [:] }
    guard let object = value.object else { throw Failure(why: "`\(name)` is no object") }
    return object
  }
}
