/// Reads a policy line by line.
struct LogPolicyReader {
  private typealias Reason = LogPolicyError.Reason

  private var policy = LogPolicy()
  private var line = 0
  private var hasQuorum = false
  private var names: Set<LogPolicy.Name> = []
  private var members: Set<LogPolicy.Name> = []

  private static let none = Array("none".utf8)

  private func error(_ reason: Reason) -> LogPolicyError { LogPolicyError(line: line, reason: reason) }

  mutating func take<Hash: TreeHash>(_ bytes: some Collection<UInt8>, _ hash: Hash.Type) throws(LogPolicyError) {
    line += 1
    guard bytes.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) || $0 >= 0x80 }) else {
      throw error(.forbiddenByte)
    }
    let fields = bytes.split { $0 == 0x20 || $0 == 0x09 }.map { Array($0) }
    guard let word = fields.first, word.first != UInt8(ascii: "#") else { return }
    switch String(decoding: word, as: UTF8.self) {
    case "log": try takeLog(fields, hash)
    case "witness": try takeWitness(fields, hash)
    case "group": try takeGroup(fields)
    case "quorum": try takeQuorum(fields)
    default: throw error(.unknownWord)
    }
  }

  func finish() throws(LogPolicyError) -> LogPolicy {
    guard hasQuorum else { throw error(.noQuorum) }
    return policy
  }

  private mutating func takeLog<Hash: TreeHash>(_ fields: [[UInt8]], _ hash: Hash.Type) throws(LogPolicyError) {
    guard (2...3).contains(fields.count) else { throw error(.wrongFieldCount) }
    let types = [VerifierKey.Algorithm.ed25519, VerifierKey.Algorithm.ecdsa]
    let key = try key(fields[1], types, others: policy.logs.map(\.key), hash)
    policy.logs.append(.init(key: key, url: try url(fields, at: 2)))
  }

  private mutating func takeWitness<Hash: TreeHash>(_ fields: [[UInt8]], _ hash: Hash.Type) throws(LogPolicyError) {
    guard (3...4).contains(fields.count) else { throw error(.wrongFieldCount) }
    let key = try key(
      fields[2], [VerifierKey.Algorithm.ed25519Cosignature], others: policy.witnesses.map(\.key), hash)
    try define(fields[1])
    policy.witnesses.append(.init(name: fields[1], key: key, url: try url(fields, at: 3)))
  }

  private mutating func takeGroup(_ fields: [[UInt8]]) throws(LogPolicyError) {
    guard fields.count >= 4 else { throw error(.wrongFieldCount) }
    guard policy.groups.count < LogPolicy.maximumItems else { throw error(.tooMany) }
    let members = Array(fields[3...])
    for member in members {
      guard names.contains(member) else { throw error(.unknownName) }
      // In two groups, one witness would count twice.
      guard self.members.insert(member).inserted else { throw error(.doubleMember) }
    }
    let threshold = try threshold(fields[2], of: members.count)
    try define(fields[1])
    policy.groups.append(.init(name: fields[1], threshold: threshold, members: members))
  }

  private mutating func takeQuorum(_ fields: [[UInt8]]) throws(LogPolicyError) {
    guard fields.count == 2 else { throw error(.wrongFieldCount) }
    guard !hasQuorum else { throw error(.secondQuorum) }
    hasQuorum = true
    if fields[1] == Self.none { return }
    guard names.contains(fields[1]) else { throw error(.unknownName) }
    policy.quorum = fields[1]
  }

  private mutating func define(_ name: LogPolicy.Name) throws(LogPolicyError) {
    guard name != Self.none, name.count <= 255 else { throw error(.badName) }
    guard names.insert(name).inserted else { throw error(.duplicateName) }
  }

  private func threshold(_ field: [UInt8], of count: Int) throws(LogPolicyError) -> Int {
    let text = String(decoding: field, as: UTF8.self)
    if text == "all" { return count }
    if text == "any" { return 1 }
    guard let number = UInt64(decimal: text), (1...UInt64(count)).contains(number) else { throw error(.badThreshold) }
    return Int(number)
  }

  private func key<Hash: TreeHash>(_ field: [UInt8], _ types: [UInt8], others: [VerifierKey], _ hash: Hash.Type)
    throws(LogPolicyError) -> VerifierKey
  {
    guard others.count < LogPolicy.maximumItems else { throw error(.tooMany) }
    guard let text = String(validating: field, as: UTF8.self), let key = VerifierKey(text, hash) else {
      throw error(.badKey)
    }
    guard types.contains(key.type) else { throw error(.unsupportedKey) }
    // The same key under two names would be one witness that counts for two.
    // So would two keys that a note cannot tell apart.
    guard !others.contains(where: { $0.key == key.key || $0.identity == key.identity }) else {
      throw error(.duplicateKey)
    }
    return key
  }

  private func url(_ fields: [[UInt8]], at index: Int) throws(LogPolicyError) -> String? {
    guard fields.indices.contains(index) else { return nil }
    guard let url = String(validating: fields[index], as: UTF8.self) else { throw error(.forbiddenByte) }
    return url
  }
}
