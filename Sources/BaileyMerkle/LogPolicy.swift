/// Why a text is not a policy of logs and witnesses, and in which line.
public struct LogPolicyError: Error, Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    case tooLarge, forbiddenByte, unknownWord, wrongFieldCount, badKey, unsupportedKey, duplicateKey, badName,
      duplicateName
    case unknownName, doubleMember, badThreshold, tooMany, secondQuorum, noQuorum
  }

  /// From 1.
  public var line: Int
  public var reason: Reason

  public init(line: Int, reason: Reason) {
    self.line = line
    self.reason = reason
  }
}

/// Which logs are known, which witnesses, and which of these must have cosigned a head (C2SP tlog-policy).
public struct LogPolicy: Sendable, Equatable {
  public static let maximumBytes = 65_536
  /// Logs, witnesses and groups, each: one less than a note has signatures, for the log's own.
  public static let maximumItems = SignedNote.maximumSignatures - 1

  /// Bytes, compared as such: a policy is no text in a language.
  public typealias Name = [UInt8]

  public struct Log: Sendable, Equatable {
    public var key: VerifierKey
    public var url: String?
  }

  public struct Witness: Sendable, Equatable {
    public var name: Name
    public var key: VerifierKey
    public var url: String?
  }

  /// Has witnessed when so many of its members have.
  public struct Group: Sendable, Equatable {
    public var name: Name
    public var threshold: Int
    public var members: [Name]
  }

  public internal(set) var logs: [Log] = []
  public internal(set) var witnesses: [Witness] = []
  /// Each after those that it names.
  public internal(set) var groups: [Group] = []
  /// `nil` for `none`.
  public internal(set) var quorum: Name?

  /// Whether cosignatures of these witnesses are enough.
  public func isMet(by names: some Sequence<Name>) -> Bool {
    guard let quorum else { return true }
    var witnessed = Set(names).intersection(witnesses.map(\.name))
    for group in groups where group.members.count(where: witnessed.contains) >= group.threshold {
      witnessed.insert(group.name)
    }
    return witnessed.contains(quorum)
  }

  public init<Hash: TreeHash>(parsing input: some Collection<UInt8>, _ hash: Hash.Type) throws(LogPolicyError) {
    var reader = LogPolicyReader()
    if input.count > Self.maximumBytes { throw LogPolicyError(line: 1, reason: .tooLarge) }
    for line in input.split(separator: 0x0A, omittingEmptySubsequences: false) { try reader.take(line, hash) }
    self = try reader.finish()
  }

  init() {}
}
