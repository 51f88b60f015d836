/// A diff that was stored.
package struct StoredDiff: Sendable, Equatable {
  /// Lower-case hex.
  package var sha256: String
  package var size: Int64
  /// It was longer than what is kept of one.
  package var isCut: Bool

  package init(sha256: String, size: Int64, isCut: Bool) {
    self.sha256 = sha256
    self.size = size
    self.isCut = isCut
  }
}

/// Keeps what a session changed, as text, for evidence.
package protocol DiffKeeper: Sendable {
  /// - Parameters:
  ///   - secrets: values that must not be in it.
  ///   - begins: asked once, just before anything is written: `false` when it is too late, and then nothing is.
  func keep(
    _ set: ChangeSet, of session: SessionID, secrets: [String], begins: @escaping @Sendable () -> Bool
  ) async throws(Fault) -> StoredDiff
}
