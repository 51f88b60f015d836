import BaileyCore

/// Questions of AuthZEN's Access Evaluations API: several in one request.
///
/// Of the members of the request `subject`, `action`, `resource` and `context` stand in for those that a question does not have. A question
/// that is none has the answer no, with an error beside it; the others are answered all the same.
struct AuthZENBatch {
  /// After which answer the rest is left out.
  enum Semantic: String, CaseIterable {
    case all = "execute_all"
    case firstDeny = "deny_on_first_deny"
    case firstPermit = "permit_on_first_permit"

    func ends(after decision: Bool) -> Bool {
      switch self {
      case .all: false
      case .firstDeny: !decision
      case .firstPermit: decision
      }
    }
  }

  static let maximum = 100
  /// Of real time for all questions of a request; a policy may take a second for each.
  static let nanoseconds: Int64 = 5_000_000_000
  private static let defaults = ["subject", "action", "resource", "context"]

  /// Empty where the request is a single question itself.
  let questions: [JSON]
  let semantic: Semantic

  init(_ request: JSON) throws(AuthZEN.Failure) {
    let evaluations = request["evaluations"] ?? .array([])
    guard let evaluations = evaluations.array else { throw AuthZEN.Failure(why: "`evaluations` is no array") }
    guard evaluations.count <= Self.maximum else {
      throw AuthZEN.Failure(why: "there are more than \(Self.maximum) evaluations")
    }
    semantic = try Self.semantic(request["options"] ?? .object([:]))
    let shared = (request.object ?? [:]).filter { Self.defaults.contains($0.key) }
    questions = evaluations.map { question in
      question.object.map { .object(shared.merging($0) { $1 }) } ?? question
    }
  }

  private static func semantic(_ options: JSON) throws(AuthZEN.Failure) -> Semantic {
    guard options.object != nil else { throw AuthZEN.Failure(why: "`options` is no object") }
    guard let word = options["evaluations_semantic"] else { return .all }
    guard let semantic = word.string.flatMap(Semantic.init) else {
      let known = Semantic.allCases.map(\.rawValue).joined(separator: ", ")
      throw AuthZEN.Failure(why: "`options.evaluations_semantic` is none of \(known)")
    }
    return semantic
  }

  /// - Returns: one answer for each question, in order, up to the one that ends it.
  func answers(now: () -> Int64, decide: (JSON) -> Decision) -> [JSON] {
    let start = now()
    var answers: [JSON] = []
    for question in questions {
      let time = now()
      let answer =
        time - start < Self.nanoseconds
        ? Self.answer(question, time, decide)
        : Self.error(503, "not evaluated: the evaluations before it took too long")
      answers.append(answer)
      if semantic.ends(after: answer["decision"] == true) { break }
    }
    return answers
  }

  private static func answer(_ question: JSON, _ now: Int64, _ decide: (JSON) -> Decision) -> JSON {
    do throws(AuthZEN.Failure) {
      return AuthZEN.answer(decide(try AuthZEN.input(of: question, now: now)))
    } catch {
      return Self.error(400, error.why)
    }
  }

  private static func error(_ status: Int64, _ message: String) -> JSON {
    ["decision": false, "context": ["error": ["status": .int(status), "message": .string(message)]]]
  }
}

extension AuthZEN {
  /// An `ask` is a no: nobody is there to be asked.
  static func answer(_ decision: Decision) -> JSON {
    ["decision": .bool(decision.effect == .allow), "context": decision.json]
  }

  /// What there is at this socket. The host is any: a socket has no name.
  static let configuration: JSON = [
    "policy_decision_point": "http://localhost",
    "access_evaluation_endpoint": "http://localhost/access/v1/evaluation",
    "access_evaluations_endpoint": "http://localhost/access/v1/evaluations",
  ]
}
