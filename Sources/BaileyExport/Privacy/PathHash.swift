package import BaileyCore

/// Replaces paths of files by keyed hashes: pseudonyms that are stable on one site and mean nothing without its key.
///
/// A path is recognised by its key in the record, or by its look (`/x`, `./x`, `~/x`, `a/b`) in arguments and sentences. Paths of requests are
/// not files and stay.
package struct PathHash: Sendable {
  private let keyed: @Sendable ([UInt8]) -> [UInt8]

  /// - Parameter keyed: HMAC-SHA256 under the site's key.
  package init(_ keyed: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.keyed = keyed }

  private static let pathKeys: Set<String> = ["path", "to", "project", "paths", "subject", "file"]
  /// Fixed words of ours, hosts and digests.
  private static let plainKeys: Set<String> = [
    "kind", "session", "action", "effect", "code", "host", "method", "scheme", "transport", "type",
    "operation", "access", "event", "user", "sha256", "manifest_sha256", "leaf_sha256", "mode", "refs",
  ]
  private static let separators = Set(" \t\r\n\"'`=,;()<>[]{}|:".utf8)

  package func hashed(_ record: JSON) -> JSON {
    guard case .object(var members) = record, let body = members["body"] else { return record }
    members["body"] = body["action"] == nil ? hashedTexts(body) : hashedDecision(body)
    return .object(members)
  }

  private func hashedDecision(_ body: JSON) -> JSON {
    guard case .object(var members) = body, case .object(var action)? = members["action"] else { return body }
    let isRequest = action["action"] == "http.request"
    let target = action["resource"]?["path"]
    members = members.mapValues(hashedTexts)
    action = action.mapValues(hashedTexts)
    if isRequest, case .object(var resource)? = action["resource"], let target {
      resource["path"] = target
      action["resource"] = .object(resource)
    }
    members["action"] = .object(action)
    return .object(members)
  }

  private func hashedTexts(_ value: JSON) -> JSON {
    value.mappingTexts { key, text in
      if Self.plainKeys.contains(key) { return text }
      return Self.pathKeys.contains(key) ? hash(text) : text.mappingPieces(Self.separators, hashIfPath)
    }
  }

  private func hashIfPath(_ piece: String) -> String {
    guard piece.utf8.contains(UInt8(ascii: "/")), !piece.hasPrefix("//") else { return piece }
    return hash(piece)
  }

  /// 128 bits, as `path-` and hex; an empty text stays.
  func hash(_ path: String) -> String {
    path.isEmpty ? path : "path-" + hexadecimal(keyed(Array(path.utf8)).prefix(16))
  }
}
