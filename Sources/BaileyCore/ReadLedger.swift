/// What a session read, as far as its supervisor saw.
package struct ReadLedger: Sendable, Equatable {
  /// What is known of the content of a file.
  package enum Content: Sendable, Equatable {
    /// SHA-256 in lower-case hex.
    case sha256(String, size: Int64)
    case unknown(Why)
  }

  /// Why a content has no hash.
  package enum Why: String, Sendable, CaseIterable {
    /// It was written, renamed or removed before its hash was complete.
    case changed
    case tooLarge = "too-large"
    /// So much was hashed for this session already, or the session ended before its turn came.
    case notInTime = "not-in-time"
    case unreadable
    /// The hash of a short secret can be guessed.
    case sensitive
  }

  /// A regular file of the project.
  package struct Input: Sendable, Equatable {
    /// Relative to the project, symbolic links resolved; as bytes.
    package var path: [UInt8]
    package var content: Content

    package init(path: [UInt8], content: Content) {
      self.path = path
      self.content = content
    }
  }

  package var inputs: [Input] = []
  /// Calls that open for reading.
  package var opens = 0
  /// Those that have a record of their own: the first of each path.
  package var recorded = 0
  /// Those of a path that nothing was found at.
  package var missing = 0
  /// Those of further paths when there were too many to remember.
  package var beyond = 0

  package init() {}

  package var repeated: Int { max(0, opens - recorded - missing - beyond) }
}
