import BaileyCore
import BaileyLinux
import NIOCore
import Synchronization

/// Which hosts were told which values, in one session.
final class ToldValues: Sendable {
  private let hosts = Mutex<[String: [any SecretValue]]>([:])

  func note(_ value: any SecretValue, _ host: String) {
    hosts.withLock { hosts in
      // The store lends another object at each use.
      if hosts[host]?.contains(where: { Self.isSame($0, value) }) != true { hosts[host, default: []].append(value) }
      if let all = hosts[host], all.count > Self.most { hosts[host] = Array(all.suffix(Self.most)) }
    }
  }

  private static func isSame(_ one: any SecretValue, _ other: any SecretValue) -> Bool {
    one.lend { one in
      other.lend { other in one.count == other.count && one.indices.allSatisfy { one[$0] == other[$0] } }
    }
  }

  private static let most = 32

  func isTold(_ host: String) -> Bool { hosts.withLock { $0[host] != nil } }

  func count(_ host: String) -> Int { hosts.withLock { $0[host]?.count ?? 0 } }

  /// How the agent would recognise them in an answer.
  func forms(_ host: String) -> [[UInt8]] {
    let values = hosts.withLock { $0[host] ?? [] }
    return Array(Set(values.flatMap(Self.forms))).sorted { $0.count > $1.count }
  }

  private static let shortest = 6

  /// Of keys of AWS each part.
  private static func forms(of value: any SecretValue) -> [[UInt8]] {
    let whole = value.bytes
    let parts = whole.split(separator: UInt8(ascii: ":")).map { Array($0) }
    let all = [whole] + (parts.count > 1 ? parts : [])
    let written = all.flatMap { one in
      [one, ValueEncoding.percent(one)] + (ValueEncoding.json.encode(one).map { [$0] } ?? []) + encoded(one)
    }
    return written.filter { $0.count >= shortest }
  }

  /// What of its base 64 is the same whatever stands around it.
  private static func encoded(_ value: [UInt8]) -> [[UInt8]] {
    (0..<3).map { before in
      let text = Array(Base64.encode([UInt8](repeating: 0, count: before) + value).utf8)
      return Array(text[((before * 8 + 5) / 6)..<((before + value.count) * 8 / 6)])
    }
  }
}

/// Covers values in the answers of the hosts that were told them: a server may say back what it knows.
final class ReflectionGuard: MessageGuard {
  private let told: ToldValues
  private let host: String
  private var finder: (finder: PlaceholderFinder, count: Int)?
  private var held: [UInt8] = []

  init(_ told: ToldValues, _ host: String) { (self.told, self.host) = (told, host) }

  var heldBytes: Int { held.count }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    guard let finder = current() else { return .pass([part]) }
    switch part {
    case .response(let head): return .pass([.response(try covered(head, finder))])
    case .data(let bytes): return .pass(data(finder, Array(bytes.readableBytesView), isLast: false))
    case .end(let fields): return .pass(data(finder, [], isLast: true) + [.end(fields.map { covered($0, finder) })])
    case .request: return .pass([part])
    }
  }

  func resume() -> GuardStep { .pass([]) }

  /// A body may be told more while its answer comes already.
  private func current() -> PlaceholderFinder? {
    let count = told.count(host)
    if count > 0, finder?.count != count { finder = (PlaceholderFinder(told.forms(host)), count) }
    return finder?.finder
  }

  private func covered(_ head: ResponseHead, _ finder: PlaceholderFinder) throws(Refusal) -> ResponseHead {
    let encodings = head.values("content-encoding").filter { $0.lowercased() != "identity" }
    guard encodings.isEmpty else {
      throw Refusal("answer-encoded", "the answer is compressed though that was not asked for, and might show a secret")
    }
    var head = head
    head.fields = head.fields.map { covered($0, finder) }
    head.reason = Self.stars(head.reason, finder)
    return head
  }

  private func covered(_ field: HTTPField, _ finder: PlaceholderFinder) -> HTTPField {
    HTTPField(name: field.name, value: Self.stars(field.value, finder))
  }

  private func data(_ finder: PlaceholderFinder, _ bytes: [UInt8], isLast: Bool) -> [MessagePart] {
    held = Self.stars(held + bytes, finder)
    let open = isLast ? 0 : finder.openEnd(of: held)
    let ready = held.dropLast(open)
    held = Array(held.suffix(open))
    return ready.isEmpty ? [] : [.data(ByteBuffer(bytes: ready))]
  }

  /// As many bytes as before.
  private static func stars(_ bytes: [UInt8], _ finder: PlaceholderFinder) -> [UInt8] {
    var bytes = bytes
    for match in finder.matches(in: bytes) { for index in match.range { bytes[index] = 0x2A } }
    return bytes
  }
}
