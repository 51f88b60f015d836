package import BaileyCore

/// What modules of version 0 read that know `input.operation`, `input.path`, `input.size` and `input.dest`, as the snippets of public
/// guides do: a live action in these words.
///
/// docs/policy-input.md has the table.
package struct FlatInput: Sendable, Equatable {
  package let isUpload: Bool
  /// The action with the flat fields beside its own; `action` is still the verb.
  package let plain: JSON
  /// The same with `action` as the guides call it.
  package let spoken: JSON

  /// Above any limit, so that neither `input.size < N` allows nor `input.size > N` is silent. The largest integer that all JSON has.
  private static let unknownSize = JSON.int((1 << 53) - 1)

  package init(_ action: Action) {
    isUpload = Self.isUpload(action)
    var fields = ["operation": JSON.string(Self.operation(action, isUpload))]
    fields["path"] = action.resource["path"] ?? action.resource["project"]
    fields["size"] = action.resource["bytes"] ?? (isUpload ? Self.unknownSize : nil)
    fields["dest"] = action.resource["host"] ?? action.resource["address"]
    var members = action.json.object ?? [:]
    members.merge(fields) { own, _ in own }
    plain = .object(members)
    if isUpload { members["action"] = "upload" }
    spoken = .object(members)
  }

  /// A body that is there. Without `bytes` there is one whose length is not known, with any method: `Transfer-Encoding: chunked`.
  private static func isUpload(_ action: Action) -> Bool {
    guard action.verb == .httpRequest else { return false }
    return action.resource["bytes"]?.int != 0
  }

  /// `read` and `write` are of files alone: a guide that allows reading does not mean the network.
  private static func operation(_ action: Action, _ isUpload: Bool) -> String {
    switch action.verb {
    case .fileMount: action.resource["access"]?.string ?? "mount"
    case .httpRequest: isUpload ? "upload" : "request"
    default: action.verb.rawValue.split(separator: ".").last.map(String.init) ?? ""
    }
  }
}

extension RegoPolicy {
  /// Whether its modules are all of version 0 and read nothing that only Bailey's input has.
  static func isFlat(_ modules: [Module], reading paths: [[String]]) -> Bool {
    let own: Set<String> = ["subject", "resource", "context", "version"]
    return modules.allSatisfy { !$0.isVersion1 } && !paths.contains { $0.first.map(own.contains) ?? true }
  }
}
