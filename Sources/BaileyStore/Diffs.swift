import BaileyCast
package import BaileyCore
import BaileyLinux

/// Stores diffs among the payloads, masked as recordings are.
package struct Diffs: DiffKeeper {
  /// Bytes of one; what is beyond is left out, and the text says so.
  package static let limit = 8 << 20

  private let payloads: Payloads
  private let finder: (any SecretFinder)?

  /// - Parameter finder: of secrets beside those that are known; what it cannot look at is left out.
  package init(stateDirectory: String, finder: (any SecretFinder)? = nil, hasher: @escaping HasherFactory) {
    self.finder = finder
    payloads = Payloads(stateDirectory: stateDirectory, hasher: hasher)
  }

  package func keep(
    _ set: ChangeSet, of session: SessionID, secrets: [String], begins: @escaping @Sendable () -> Bool
  ) async throws(Fault) -> StoredDiff {
    let (payloads, finder) = (payloads, finder)
    return try await onOwnThread("diff") { () throws(Fault) in
      let (text, isCut) = Self.text(of: set, secrets, finder, session)
      guard begins() else { throw Fault("too-slow", why: "nobody waits for this diff any more") }
      let reference = try payloads.store(text)
      return StoredDiff(sha256: reference.sha256, size: reference.size, isCut: isCut)
    }
  }

  /// One change after the other, so that memory is bounded by the limit and the longest of them.
  static func text(
    of set: ChangeSet, _ secrets: [String], _ finder: (any SecretFinder)? = nil, _ session: SessionID? = nil,
    limit: Int = limit
  ) -> (bytes: [UInt8], isCut: Bool) {
    var masker = StreamMasker(secrets: secrets)
    var text = masker.mask(Array((["changes \(set.digest)"] + set.refs.map(line)).map { $0 + "\n" }.joined().utf8))
    var mask = DiffMask(secrets: secrets, finder: finder, session: session, contents: set.contents)
    for change in set.changes {
      text += masker.mask(Array(mask.text(of: change).utf8))
      if text.count > limit { return (Array(text.prefix(limit)) + "\nbailey: the rest is left out\n".utf8, true) }
    }
    return (text + masker.finish(), false)
  }

  private static func line(_ ref: RefChange) -> String {
    let place = ref.repository.isEmpty ? "" : printable(ref.repository) + ": "
    return "git \(place)\(printable(ref.name)) \(printable(ref.old ?? "none")) -> \(printable(ref.new ?? "none"))"
  }
}
