package import BaileyCore
internal import BaileyLinux
package import BaileyMerkle

/// Who is to cosign this log's heads: a tlog-policy, read from its file.
package struct WitnessPolicy: Sendable {
  /// One witness that can be asked.
  package struct Witness: Sendable {
    package let name: LogPolicy.Name
    package let verifier: CosignatureVerifier
    package let address: WitnessAddress

    package var title: String { printable(String(decoding: name, as: UTF8.self)) }
  }

  package let witnesses: [Witness]
  private let policy: LogPolicy
  /// All of the policy's, also those without an address.
  private let known: [(name: LogPolicy.Name, verifier: CosignatureVerifier)]

  /// The first of these files that exists: the administrator's before the person's.
  package static func load(_ paths: [String], origin: VerifierKey) throws(Fault) -> WitnessPolicy? {
    for path in paths {
      let file: (bytes: [UInt8], status: FileStatus)?
      do throws(Errno) { file = try WholeFile.read(path, limit: LogPolicy.maximumBytes) } catch {
        throw invalid(path, error.message)
      }
      if let file { return try WitnessPolicy(file.bytes, path: path, log: origin) }
    }
    return nil
  }

  package init(_ bytes: [UInt8], path: String, log: VerifierKey) throws(Fault) {
    do throws(LogPolicyError) { policy = try LogPolicy(parsing: bytes, SHA256Tree.self) } catch {
      throw Self.invalid("\(path):\(error.line)", error.reason.sentence)
    }
    guard policy.logs.isEmpty || policy.logs.contains(where: { $0.key == log }) else {
      throw Self.invalid(path, "it names logs, and this one (\(log.text)) is not among them")
    }
    var witnesses: [Witness] = []
    var known: [(LogPolicy.Name, CosignatureVerifier)] = []
    for line in policy.witnesses {
      let title = printable(String(decoding: line.name, as: UTF8.self))
      guard let verifier = CosignatureVerifier(line.key) else {
        throw Self.invalid(path, "the key of witness \(title) is no Ed25519 key")
      }
      // Whoever puts the log back could vouch for it, too.
      guard line.key.key != log.key else { throw Self.invalid(path, "the key of witness \(title) is the log's own") }
      known.append((line.name, verifier))
      guard let url = line.url else { continue }
      guard let address = WitnessAddress(url) else {
        throw Self.invalid(
          path, "the URL of witness \(title) is neither `https://HOST/PREFIX` nor `http://ADDRESS:PORT/PREFIX`")
      }
      witnesses.append(Witness(name: line.name, verifier: verifier, address: address))
    }
    self.witnesses = witnesses
    self.known = known
  }

  private static func invalid(_ subject: String, _ why: String) -> Fault {
    Fault(
      "witness-policy-invalid", subject: subject, why: why,
      hint: "the log goes on unwitnessed; mend the file, then restart the controller")
  }

  /// The witnesses whose cosignatures of the note hold; none where one of theirs is false.
  package func cosigners(of note: SignedNote) -> [LogPolicy.Name] {
    guard let verified = try? note.verify(by: known.map(\.verifier)) else { return [] }
    return known.filter { verified.contains($0.verifier.key) }.map(\.name)
  }

  /// Whether no cosignature at all is enough.
  var needsNobody: Bool { policy.isMet(by: []) }

  /// Where those that can be asked are not enough for the quorum: no head will ever be anchored.
  var unreachable: Fault? {
    guard !policy.isMet(by: witnesses.map(\.name)) else { return nil }
    return Fault(
      "witness-quorum-unreachable", why: "the quorum needs witnesses that have no URL, and nobody can ask these",
      hint: "give them URLs in witness-policy, or take them out of the quorum")
  }

  package func isMet(by note: SignedNote) -> Bool { policy.isMet(by: cosigners(of: note)) }
}

extension LogPolicyError.Reason {
  var sentence: String {
    switch self {
    case .tooLarge: "it has more than \(LogPolicy.maximumBytes) bytes"
    case .forbiddenByte: "there is a control character, or a URL that is not UTF-8"
    case .unknownWord: "a line begins with log, witness, group or quorum"
    case .wrongFieldCount: "there are too few or too many words"
    case .badKey: "this is no verifier key"
    case .unsupportedKey: "a log has an Ed25519 (1) or ECDSA (2) key, a witness an Ed25519 cosignature (4) key"
    case .duplicateKey: "this key, or one with its name and short hash, was named before"
    case .badName: "this name cannot be given"
    case .duplicateName: "this name was given before"
    case .unknownName: "no line before this one defines the name"
    case .doubleMember: "the name is a member of a group already"
    case .badThreshold: "a group says all, any, or a number from 1 to that of its members"
    case .tooMany: "there are more than \(LogPolicy.maximumItems) logs, witnesses or groups"
    case .secondQuorum: "there is a quorum already"
    case .noQuorum: "there is no quorum line"
    }
  }
}
