import BaileyCore
import BaileyHTTP

/// Turns requests into questions to the policies, and the answers into OPA's form.
struct PolicyAPI: Sendable {
  let answers: any PolicyAnswers
  let version: String
  let now: @Sendable () -> Int64

  private static let decisionPath = ["bailey", "decision"]

  func reply(to question: HTTPQuestion) -> HTTPReply {
    do throws(APIFailure) {
      let target = try RequestTarget(question.target)
      switch (question.method, target.path.first, target.path.dropFirst().first) {
      case ("GET", "health", nil): return health()
      case ("POST", "v1", "data"), ("GET", "v1", "data"): return try data(target, question)
      case ("POST", "access", "v1") where target.path == ["access", "v1", "evaluation"]:
        return try evaluation(target, question)
      case ("POST", "access", "v1") where target.path == ["access", "v1", "evaluations"]:
        return try evaluations(target, question)
      case ("GET", ".well-known", "authzen-configuration") where target.path.count == 2:
        return reply(AuthZEN.configuration, target)
      default: throw APIFailure.noRoute(question.method, target.path)
      }
    } catch {
      return HTTPReply(status: error.status, body: error.json.canonical)
    }
  }

  private func health() -> HTTPReply {
    guard let fault = answers.health else { return HTTPReply(status: 200, body: Array("{}".utf8)) }
    return HTTPReply(status: 500, body: JSON.object(["error": .string(fault.why)]).canonical)
  }

  private func data(_ target: RequestTarget, _ question: HTTPQuestion) throws(APIFailure) -> HTTPReply {
    if target.has("input") {
      throw APIFailure(400, "invalid_parameter", "`input` goes into the body of a POST")
    }
    let path = Array(target.path.dropFirst(2))
    let result: [UInt8]?
    do throws(Fault) {
      result =
        path == Self.decisionPath
        ? try decision(question.body)
        : try answers.document(
          path, body: question.body, now: now(), isStrict: target.has("strict-builtin-errors"))
    } catch {
      throw APIFailure(error)
    }
    var members: [(String, [UInt8])] = [("decision_id", JSON.string(Self.identifier()).canonical)]
    if target.has("provenance") { members.append(("provenance", provenance.canonical)) }
    if let result { members.append(("result", result)) }
    return reply(members, target)
  }

  /// The decision of all policies as documents of their own: another Bailey can take it for a remote judge.
  private func decision(_ body: [UInt8]) throws(Fault) -> [UInt8] {
    guard let request = try? JSON.parse(body), let input = request["input"], input.object != nil else {
      throw Fault("policy-request-malformed", why: "the body holds no `input` object, or one with a fraction")
    }
    let decision = answers.decision(on: input, now: now())
    var result = decision.json.object ?? [:]
    let reasons = decision.reasons.map { reason -> JSON in
      ["code": .string(reason.code), "sentence": .string(reason.sentence)]
    }
    for effect in Effect.allCases { result[effect.rawValue] = .array(effect == decision.effect ? reasons : []) }
    result["oblige"] = .array(decision.obligations)
    return JSON.object(result).canonical
  }

  private func evaluation(_ target: RequestTarget, _ question: HTTPQuestion) throws(APIFailure) -> HTTPReply {
    do throws(AuthZEN.Failure) {
      return reply(try evaluated(AuthZEN.request(question.body)), target)
    } catch {
      throw APIFailure(400, "invalid_parameter", error.why)
    }
  }

  private func evaluated(_ request: JSON) throws(AuthZEN.Failure) -> JSON {
    let time = now()
    return AuthZEN.answer(answers.decision(on: try AuthZEN.input(of: request, now: time), now: time))
  }

  /// Without evaluations it is the single question, as the standard has it.
  private func evaluations(_ target: RequestTarget, _ question: HTTPQuestion) throws(APIFailure) -> HTTPReply {
    do throws(AuthZEN.Failure) {
      let request = try AuthZEN.request(question.body)
      let batch = try AuthZENBatch(request)
      guard !batch.questions.isEmpty else { return reply(try evaluated(request), target) }
      let all = batch.answers(now: now) { answers.decision(on: $0, now: $0["context"]?["now_ns"]?.int ?? now()) }
      return reply(["evaluations": .array(all)], target)
    } catch {
      throw APIFailure(400, "invalid_parameter", error.why)
    }
  }

  private var provenance: JSON {
    let bundles = answers.revisions.mapValues { revision -> JSON in ["revision": .string(revision)] }
    return ["version": .string(version), "bundles": .object(bundles)]
  }

  private func reply(_ json: JSON, _ target: RequestTarget) -> HTTPReply {
    reply((json.object ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value.canonical) }, target)
  }

  private func reply(_ members: [(String, [UInt8])], _ target: RequestTarget) -> HTTPReply {
    let texts = members.map { name, value in Array("\"\(name)\":".utf8) + value }
    let body = Array("{".utf8) + texts.joined(separator: [0x2C]) + Array("}\n".utf8)
    return HTTPReply(status: 200, body: target.has("pretty") ? IndentedJSON.text(body) : body)
  }

  private static func identifier() -> String {
    hexadecimal((0..<16).map { _ in UInt8.random(in: 0 ... .max) })
  }
}

/// An error in OPA's form.
struct APIFailure: Error {
  var status: Int
  var code: String
  var message: String

  init(_ status: Int, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  init(_ fault: Fault) {
    let isClients = fault.code == "policy-request-malformed"
    self.init(isClients ? 400 : 500, isClients ? "invalid_parameter" : "internal_error", fault.why)
  }

  static func noRoute(_ method: String, _ path: [String]) -> APIFailure {
    let routes = [
      ["health"], ["access", "v1", "evaluation"], ["access", "v1", "evaluations"],
      [".well-known", "authzen-configuration"],
    ]
    let known = routes.contains(path) || path.prefix(2) == ["v1", "data"]
    return known
      ? APIFailure(405, "method_not_allowed", "this path does not take \(printable(method))")
      : APIFailure(404, "resource_not_found", "there is nothing at this path")
  }

  var json: JSON { ["code": .string(code), "message": .string(message)] }
}

/// Path and query of a request, decoded.
struct RequestTarget {
  private(set) var path: [String] = []
  private var flags: Set<String> = []

  /// Whether a parameter is given and is not `false`.
  func has(_ name: String) -> Bool { flags.contains(name) }

  init(_ text: String) throws(APIFailure) {
    guard text.hasPrefix("/"), text.utf8.count <= 8192 else {
      throw APIFailure(400, "invalid_parameter", "the path is too long, or no path")
    }
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    for part in parts[0].split(separator: "/") { path.append(try Self.decoded(part)) }
    guard parts.count == 2 else { return }
    for pair in parts[1].split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 1 || sides[1] != "false" else { continue }
      flags.insert(try Self.decoded(sides[0]))
    }
  }

  private static func decoded(_ text: Substring) throws(APIFailure) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == 0x25 else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, !digits.hasPrefix("+"), !digits.hasPrefix("-"), let value = UInt8(digits, radix: 16)
      else { throw malformed }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw malformed }
    return text
  }

  private static let malformed = APIFailure(400, "invalid_parameter", "a percent sign is not followed by UTF-8 in hex")
}

/// Lays JSON out over lines; numbers stay as they are written.
enum IndentedJSON {
  static func text(_ json: [UInt8]) -> [UInt8] {
    var (out, depth, isText, isEscaped) = ([UInt8](), 0, false, false)
    func line() { out += [0x0A] + [UInt8](repeating: 0x20, count: depth * 2) }
    for (index, byte) in json.enumerated() {
      if isText {
        out.append(byte)
        isText = isEscaped || byte != 0x22
        isEscaped = !isEscaped && byte == 0x5C
        continue
      }
      let isEmpty = index + 1 < json.count && [0x7D, 0x5D].contains(json[index + 1])
      let closesEmpty = index > 0 && [0x7B, 0x5B].contains(json[index - 1])
      switch byte {
      case 0x7B, 0x5B:
        out.append(byte)
        depth += 1
        if !isEmpty { line() }
      case 0x7D, 0x5D:
        depth -= 1
        if !closesEmpty { line() }
        out.append(byte)
      case 0x2C:
        out.append(byte)
        line()
      case 0x3A: out += [0x3A, 0x20]
      default:
        isText = byte == 0x22
        out.append(byte)
      }
    }
    return out
  }
}
