import BaileyCore
import BaileyInspect
import Synchronization

/// What a session knows of models: where they are asked, and what was read of its conversations.
final class SessionModels: Sendable {
  /// Values whose findings are kept.
  static let remembered = 20_000
  /// A value with more findings is read each time.
  private static let mostFindings = 16

  let settings: ModelSettings
  let meter: ModelMeter
  private let key = (0..<32).map { _ in UInt8.random(in: 0...255) }
  private let leaves = Mutex(LeafMemory<[ContentFinding]>(maximumCount: remembered))

  init(_ settings: ModelSettings = ModelSettings(), _ budget: ModelBudget = ModelBudget()) {
    self.settings = settings
    meter = ModelMeter(budget)
  }

  /// What only counts tokens uses none.
  static func isMetered(_ path: String) -> Bool {
    !["/count_tokens", "/input_tokens", ":countTokens"].contains { path.hasSuffix($0) }
  }

  /// How requests of this kind ask a model, if they do.
  func form(_ method: String, _ target: HTTPTarget) -> ModelSettings.Form? {
    guard method == "POST", let name = target.host.name else { return nil }
    return settings.form(name, path: target.canonical.path)
  }

  /// What was found in a value that was read before, under the same rules, on its way to the same host.
  func findings(_ leaf: Leaf, _ read: () -> [ContentFinding]?) -> [ContentFinding] {
    let hash = LeafKey.of([key, Array(leaf.host.utf8), leaf.basis.bytes, leaf.name, leaf.text])
    if let known = leaves.withLock({ $0.value(hash) }) { return known }
    guard let found = read() else { return [] }
    if found.count <= Self.mostFindings { leaves.withLock { $0.keep(found, hash) } }
    return found
  }

  struct Leaf {
    var name: [UInt8]
    /// Without escapes.
    var text: [UInt8]
    var host: String
    var basis: InspectionBasis
  }
}

extension InspectionBasis {
  fileprivate var bytes: [UInt8] { Array("\(rules) \(known)".utf8) }
}

extension ModelSettings.Form {
  var interface: ModelInterface {
    switch self {
    case .messages: .messages
    case .chat: .chat
    case .responses: .responses
    case .gemini: .gemini
    }
  }
}
