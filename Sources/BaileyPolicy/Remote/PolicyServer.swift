import BaileyCore
import BaileyRego

/// A judge behind OPA's REST API: `POST /v1/data/…` with the action as input.
///
/// `result` is true or false, or an object with some of `allow`, `ask`, `deny` and `oblige` as docs/policy-input.md says. Whatever else comes,
/// or comes too late, is a deny. A token goes into the question's header, and nowhere else.
struct PolicyServer: RemoteJudge {
  private static let maximumReply = 1 << 20

  private let settings: RemoteSettings
  private let layer: PolicyLayer
  private let caller: (any HTTPCaller)?
  private let storage: any PolicyStorage

  init(_ settings: RemoteSettings, layer: PolicyLayer, caller: (any HTTPCaller)?, storage: any PolicyStorage) {
    self.settings = settings
    self.layer = layer
    self.caller = caller
    self.storage = storage
  }

  func opinion(_ action: Action) async -> Opinion {
    guard let caller else { return fail("policy-remote-unreachable", "nothing here can ask it") }
    let call: HTTPCall
    do throws(Fault) { call = try question(action) } catch {
      let isToken = error.code != "policy-remote-certificate"
      return fail(isToken ? "policy-remote-token" : error.code, error.why)
    }
    do throws(HTTPFailure) {
      let reply = try await caller.call(call)
      guard reply.status == 200 else { return fail("policy-remote-status", "it answered with status \(reply.status)") }
      return answer(reply.body)
    } catch {
      return failed(error)
    }
  }

  private func question(_ action: Action) throws(Fault) -> HTTPCall {
    var call = try settings.call("/v1/data/" + settings.path, storage)
    call.maximumBody = Self.maximumReply
    call.headers["content-type"] = "application/json"
    call.headers["accept"] = "application/json"
    call.body = JSON.object(["input": action.json]).canonical
    return call
  }

  private func failed(_ failure: HTTPFailure) -> Opinion {
    switch failure {
    case .timedOut: fail("policy-remote-timeout", "it gave no answer within \(settings.timeout) ms")
    case .unreachable(let why): fail("policy-remote-unreachable", "it cannot be asked: \(why)")
    case .untrusted(let why): fail("policy-remote-tls", "it is not trusted: \(why)")
    case .malformed(let why): fail("policy-remote-malformed", "its answer is not understood: \(why)")
    case .tooLong: fail("policy-remote-malformed", "its answer has more than \(Self.maximumReply) bytes")
    }
  }

  private func answer(_ body: [UInt8]) -> Opinion {
    guard let reply = try? Document(json: body, limit: 64 << 20), reply.isObject else {
      return fail("policy-remote-malformed", "its answer is no JSON object")
    }
    return reply["result"].read { result, _ in opinion(of: result) }
  }

  private func opinion(of result: Value) -> Opinion {
    switch result.tag {
    case .undefined: return fail("policy-remote-undefined", "it has no result: nothing is defined at \(settings.path)")
    case .boolean where result.bits == Value.true.bits:
      return Opinion([Reason(.allow, "policy-remote-allows", "\(named) allows it", source: source)])
    case .boolean: return fail("policy-remote-denies", "it denies")
    case .object: return documents(result)
    default: return fail("policy-remote-malformed", "its result is neither a truth value nor an object")
    }
  }

  private func documents(_ result: Value) -> Opinion {
    let known = result.pairs.filter { RegoPolicy.documents.contains(String($0.key)) }
    guard !known.isEmpty else { return fail("policy-remote-malformed", "its result has no `allow`, `ask` or `deny`") }
    var opinion = Opinion([])
    for pair in known {
      let document = Contributions.Document(
        name: String(pair.key), package: settings.path.split(separator: "/").map(String.init))
      let contribution = Contribution(document, pair.value)
      if !contribution.isEmpty { contribution.add(to: &opinion, layer: layer, files: [], rules: []) }
    }
    for index in opinion.reasons.indices { opinion.reasons[index].source = source }
    return opinion
  }

  private var named: String { "the remote judge `\(settings.name)`" }
  private var source: SourceLocation { SourceLocation(file: "remote:\(settings.name)") }

  private func fail(_ code: String, _ why: String) -> Opinion {
    Opinion([Reason(.deny, code, "\(named): \(why)", source: source)])
  }
}
