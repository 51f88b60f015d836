import BaileyCore

/// What a session changed is kept as a diff, and the log names it by its hash.
///
/// Nothing depends on it: where there is no diff, the record says why.
extension Resources {
  /// The body of the record; `nil` where there is nothing to keep, or nobody keeps it.
  ///
  /// - Parameters:
  ///   - occasion: `apply` or `end`.
  ///   - begins: as of `DiffKeeper`.
  func keepDiff(
    _ set: ChangeSet, of session: SessionID, secrets: [String], _ occasion: String,
    begins: @escaping @Sendable () -> Bool = { true }
  ) async -> JSON? {
    guard let diffs, !(set.changes.isEmpty && set.refs.isEmpty) else { return nil }
    do throws(Fault) {
      let stored = try await diffs.keep(set, of: session, secrets: secrets, begins: begins)
      return [
        "event": "stored", "kind": "diff", "sha256": .string(stored.sha256), "size": .int(stored.size),
        "cut": .bool(stored.isCut), "changes": .string(set.digest), "of": .string(occasion),
      ]
    } catch {
      return Self.unstored(error.code, occasion)
    }
  }

  static func unstored(_ why: String, _ occasion: String) -> JSON {
    ["event": "not-stored", "kind": "diff", "why": .string(why), "of": .string(occasion)]
  }
}

extension Session {
  /// What a person waits for at the end of a session is not held up by a large tree: then there is no diff of the end.
  private static let patience = Duration.milliseconds(250)

  /// To be called when nothing of the session runs any more.
  func keepDiff() async {
    guard resources.diffs != nil, summary.mode == .staged || summary.mode == .copy else { return }
    let (resources, id, secrets) = (resources, id, secrets)
    let late: JSON? = Resources.unstored("too-slow", "end")
    let body = await first(within: Self.patience, else: late) { begins in
      do throws(Fault) {
        let set = try await resources.workspaces.changes(of: id)
        return await resources.keepDiff(set, of: id, secrets: secrets, "end", begins: begins)
      } catch {
        return Resources.unstored(error.code, "end")
      }
    }
    if let body { await write(.payload, body) }
  }
}
