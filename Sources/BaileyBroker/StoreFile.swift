internal import BaileyCore

/// How the data key of a store can be had.
enum StoreLock: Sendable, Equatable {
  case passphrase(Stretching, SealedBytes)
  /// Sealed with a key that lies elsewhere: a file, or the desktop's Secret Service.
  case safe(KeySafeKind, SealedBytes)

  var sealed: SealedBytes {
    switch self {
    case .passphrase(_, let sealed), .safe(_, let sealed): sealed
    }
  }

  var word: String {
    switch self {
    case .passphrase: "passphrase"
    case .safe(.file, _): "file"
    case .safe(.service, _): "service"
    }
  }
}

package enum KeySafeKind: Sendable, Hashable {
  /// A file of 32 random bytes: it protects against nobody who can read the person's files.
  case file(String)
  case service
}

/// What stands in the file of a store. Cards can be read without the key; that nothing was changed, only with it.
struct StoreFile: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    var card: SecretCard
    var sealed: SealedBytes
  }

  /// 16 random bytes, hex.
  var id: String
  var locks: [StoreLock]
  var entries: [Entry]
  /// Nothing, sealed with the data key and bound to all the rest.
  var tag: SealedBytes

  static let maximumBytes = 512 << 20
  static let maximumSecrets = 4096

  /// What the tag is bound to.
  var bound: [UInt8] { JSON.object(members).canonical }

  func bound(_ card: SecretCard) -> [UInt8] { JSON.object(["store": .string(id), "card": card.json]).canonical }
  var boundKey: [UInt8] { JSON.object(["store": .string(id)]).canonical }

  private var members: [String: JSON] {
    [
      "v": 1, "id": .string(id), "locks": .array(locks.map(\.json)),
      "secrets": .array(entries.map { .object(["card": $0.card.json, "value": $0.sealed.json]) }),
    ]
  }

  var bytes: [UInt8] {
    var all = members
    all["tag"] = tag.json
    return JSON.object(all).canonical + [0x0A]
  }

  init(id: String, locks: [StoreLock], entries: [Entry], tag: SealedBytes) {
    self.id = id
    self.locks = locks
    self.entries = entries
    self.tag = tag
  }

  /// - Throws: `secrets-damaged` for anything that `bytes` could not have made.
  init(_ bytes: [UInt8]) throws(Fault) {
    guard let json = try? JSON.parse(bytes, maximumBytes: Self.maximumBytes), let file = Self.read(json),
      file.bytes == bytes
    else {
      throw Fault(
        "secrets-damaged", why: "the file of the secrets is not one that Bailey wrote",
        hint: "restore it from a backup, or remove it and add the secrets anew")
    }
    self = file
  }

  private static func read(_ json: JSON) -> StoreFile? {
    guard json["v"]?.int == 1, let id = json["id"]?.string, id.utf8.count == 32,
      !id.utf8.contains(where: { !"0123456789abcdef".utf8.contains($0) }),
      let locks = json["locks"]?.array, (1...8).contains(locks.count), let secrets = json["secrets"]?.array,
      secrets.count <= maximumSecrets, let tag = json["tag"].flatMap(SealedBytes.init(json:))
    else { return nil }
    let read = locks.compactMap(StoreLock.init(json:))
    let entries = secrets.compactMap(Entry.init(json:))
    guard read.count == locks.count, entries.count == secrets.count,
      Set(entries.map(\.card.name)).count == entries.count
    else { return nil }
    return StoreFile(id: id, locks: read, entries: entries, tag: tag)
  }
}

extension StoreFile.Entry {
  fileprivate init?(json: JSON) {
    guard let card = json["card"].flatMap(SecretCard.init(json:)),
      let sealed = json["value"].flatMap(SealedBytes.init(json:))
    else { return nil }
    self.init(card: card, sealed: sealed)
  }
}

extension SealedBytes {
  var json: JSON { .object(["nonce": .string(Base64.encode(nonce)), "sealed": .string(Base64.encode(bytes))]) }

  init?(json: JSON) {
    guard let nonce = json["nonce"]?.string.flatMap(Base64.decode),
      let bytes = json["sealed"]?.string.flatMap(Base64.decode)
    else { return nil }
    self.init(nonce: nonce, bytes: bytes)
  }
}

extension StoreLock {
  fileprivate var json: JSON {
    switch self {
    case .passphrase(let stretching, let sealed):
      .object([
        "kind": "passphrase", "salt": .string(Base64.encode(stretching.salt)), "passes": .int(Int64(stretching.passes)),
        "memory": .int(Int64(stretching.memory)), "key": sealed.json,
      ])
    case .safe(.file(let path), let sealed): .object(["kind": "file", "path": .string(path), "key": sealed.json])
    case .safe(.service, let sealed): .object(["kind": "service", "key": sealed.json])
    }
  }

  fileprivate init?(json: JSON) {
    guard let sealed = json["key"].flatMap(SealedBytes.init(json:)) else { return nil }
    switch json["kind"]?.string {
    case "passphrase":
      guard let salt = json["salt"]?.string.flatMap(Base64.decode), let passes = json["passes"]?.int,
        let memory = json["memory"]?.int
      else { return nil }
      let stretching = Stretching(
        salt: salt, passes: Int(clamping: passes), memory: Int(clamping: memory))
      guard stretching.isBearable else { return nil }
      self = .passphrase(stretching, sealed)
    case "file":
      guard let path = json["path"]?.string, path.hasPrefix("/") else { return nil }
      self = .safe(.file(path), sealed)
    case "service": self = .safe(.service, sealed)
    default: return nil
    }
  }
}
