import BaileyMerkle
import Crypto
import Synchronization

@testable import BaileyAudit
@testable import BaileyCore

/// Witnesses in memory that cosign whatever they are given, or answer as a test says; no check of the log is made.
final class SoftWitnesses: HTTPCaller {
  private struct State {
    var answers: [String: @Sendable ([UInt8]) throws(HTTPFailure) -> HTTPReply] = [:]
    var asked: [String] = []
  }

  private let keys: [String: Curve25519.Signing.PrivateKey]
  private let names: [String]
  private let state = Mutex(State())

  init(_ names: [String]) {
    self.names = names
    keys = Dictionary(uniqueKeysWithValues: names.map { ($0, Curve25519.Signing.PrivateKey()) })
  }

  /// Who was asked, in order.
  var asked: [String] { state.withLock { $0.asked } }

  func answer(_ name: String, _ body: (@Sendable ([UInt8]) throws(HTTPFailure) -> HTTPReply)?) {
    state.withLock { $0.answers[name] = body }
  }

  func verifierKey(_ name: String) -> VerifierKey? {
    keys[name].flatMap {
      VerifierKey(
        name: "witness.example/\(name)", type: VerifierKey.Algorithm.ed25519Cosignature,
        key: Array($0.publicKey.rawRepresentation), SHA256Tree.self)
    }
  }

  func policy(_ rest: String) -> String {
    names.map { "witness \($0) \(verifierKey($0)?.text ?? "") http://127.0.0.1:9/\($0)\n" }.joined() + rest
  }

  /// A signature line by a witness over a text.
  func line(_ name: String, over text: String, time: UInt64 = 1_767_000_000) -> [UInt8] {
    guard let key = keys[name], let identity = verifierKey(name)?.identity,
      let signature = try? key.signature(for: Cosignature.message(time: time, text: Array(text.utf8)))
    else { return [] }
    let bytes = Cosignature(time: time, signature: Array(signature)).bytes
    let note = SignedNote(text: text, signatures: [.init(key: identity, bytes: bytes)])
    return Array(note.encoded.dropFirst(text.utf8.count + 1))
  }

  /// The note's text in a request's body.
  static func text(_ body: [UInt8]) -> String {
    let request = String(decoding: body, as: UTF8.self)
    guard let start = request.firstRange(of: "\n\n"),
      let note = try? SignedNote(parsing: Array(request[start.upperBound...].utf8))
    else { return "" }
    return note.text
  }

  func call(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPReply {
    let name = String(call.target.dropFirst().prefix { $0 != "/" })
    let answer = state.withLock { state in
      state.asked.append(name)
      return state.answers[name]
    }
    if let answer { return try answer(call.body) }
    return HTTPReply(status: 200, body: line(name, over: Self.text(call.body)))
  }
}
