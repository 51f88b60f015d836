import BaileyCore
import Synchronization

/// Which hosts were told which values, in one session: what they say is covered.
final class ToldValues: Sendable {
  private struct Told {
    var values: [any SecretValue] = []
    /// In another place than one that AWS's signature needs: such a host may be made to say a value piece by piece.
    var isOpen = false
  }

  private let hosts = Mutex<[String: Told]>([:])

  /// Values of one session, each in a page of its own that is locked. None is forgotten while the session lasts: its host may say it.
  static let most = 256

  /// Before the value leaves.
  ///
  /// - Throws: `secret-too-many` where the value could not be kept: then it must not leave.
  func note(_ value: any SecretValue, _ host: String, isSigned: Bool = false) throws(Refusal) {
    let isNoted = hosts.withLock { hosts in
      var told = hosts[host, default: Told()]
      if !told.values.contains(where: { Self.isSame($0, value) }) {
        // The store lends another object at each use; of one value one is kept.
        let all = hosts.values.flatMap(\.values)
        let known = all.first { Self.isSame($0, value) }
        if known == nil, Set(all.map { ObjectIdentifier($0) }).count >= Self.most { return false }
        told.values.append(known ?? value)
      }
      told.isOpen = told.isOpen || !isSigned
      hosts[host] = told
      return true
    }
    guard isNoted else {
      throw Refusal(
        "secret-too-many", "this session has told \(Self.most) values, and no more can be kept out of answers",
        hint: "begin another session")
    }
  }

  private static func isSame(_ one: any SecretValue, _ other: any SecretValue) -> Bool {
    one.lend { one in
      other.lend { other in one.count == other.count && one.indices.allSatisfy { one[$0] == other[$0] } }
    }
  }

  func isTold(_ host: String) -> Bool { hosts.withLock { $0[host] != nil } }

  /// Whether a part of an answer could be a part of a value.
  func isToldOpenly(_ host: String) -> Bool { hosts.withLock { $0[host]?.isOpen ?? false } }

  func count(_ host: String) -> Int { hosts.withLock { $0[host]?.values.count ?? 0 } }

  /// Copies, of keys of AWS and pairs of Basic each part as well; who takes them erases them.
  func texts(_ host: String) -> [[UInt8]] {
    hosts.withLock { $0[host]?.values ?? [] }.flatMap { value -> [[UInt8]] in
      let whole = value.bytes
      let parts = whole.split(separator: UInt8(ascii: ":")).map { Array($0) }
      return [whole] + (parts.count > 1 ? parts : [])
    }
  }
}
