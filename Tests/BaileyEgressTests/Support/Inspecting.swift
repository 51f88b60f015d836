import BaileyCore
import BaileyPolicy
import NIOCore

@testable import BaileyEgress

/// The inspection as it is shipped, and what it finds.
enum Inspecting {
  /// With its rules read, which takes seconds where nothing is optimised: no event loop should wait for that.
  static let store: InspectionStore = {
    let store = InspectionStore(storage: DiskFiles(), roots: [])
    _ = try? store.reload()
    return store
  }()
  static let session = SessionID.random()

  /// Before any test that inspects: the tasks of others wait for no rules.
  static func load() async throws { try await blocking { _ = store } }

  /// Of nobody, with a check sum that is right: certain.
  static let token = "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"
  /// Likely.
  static let password = #"db_password = "banana-split-9""#
  static let likelyRule = "assigned-secret"

  static func head(_ method: String = "POST", _ target: String = "/", _ fields: [(String, String)] = [])
    -> InspectedText
  {
    InspectedText(method: method, target: target, fields: fields.map { (name: $0.0, value: $0.1) })
  }

  static func reader(_ body: RequestGuard.Body = RequestGuard.Body()) -> RequestGuard {
    RequestGuard(store, session, to: "h.example", body)
  }
}

extension [ByteBuffer] {
  var joined: [UInt8] { reduce(into: []) { $0 += [UInt8](buffer: $1) } }
  var text: String { String(decoding: joined, as: UTF8.self) }
}

extension RequestGuard {
  func take(_ text: String) -> [ByteBuffer] { take(ByteBuffer(string: text)) }

  /// Rule and place of each finding.
  var told: [String] { findings.places.map { "\($0.finding.rule) \($0.name)" } }
}

/// Finds nothing, fast.
struct Unseeing: TrafficInspector {
  private final class Stream: TrafficInspection {
    func feed(_ bytes: Span<UInt8>) -> [PlacedFinding] { [] }
    func peek() -> [PlacedFinding] { [] }
    func finish() -> [PlacedFinding] { [] }
  }

  func begin(encoded encodings: String, to host: String?, of session: SessionID) throws(Fault)
    -> any TrafficInspection
  { Stream() }
  func unpacking(_ encodings: String) -> (any ContentUnpacking)? { nil }
}
