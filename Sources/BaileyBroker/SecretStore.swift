package import BaileyCore
internal import BaileyLinux
internal import Synchronization

/// The person's secrets on disk, each sealed by itself; in memory only their cards, until a value is asked for.
///
/// One file, replaced as a whole. Everything that changes it, and every value, needs the data key, which only `unlock` looks for outside
/// of memory and cache: that may take its time, and nobody else waits for it. What the file says is believed only when its tag is right: a card that somebody edited, or an entry that somebody removed, is `secrets-damaged`.
package final class SecretStore: Sendable {
  private struct State: Sendable {
    var file: StoreFile?
    var key: SecretBytes?
    /// How often it was locked: a key that was looked for meanwhile is not kept.
    var locks = 0
  }

  private let path: String
  private let safes: any KeySafes
  private let cache: any KeyCache
  private let now: @Sendable () -> Int64
  private let state = Mutex(State())

  package static let maximumValue = 64 << 10

  package init(
    stateDirectory: String, safes: any KeySafes, cache: any KeyCache, now: @escaping @Sendable () -> Int64
  ) {
    path = stateDirectory + "/secrets/store.json"
    self.safes = safes
    self.cache = cache
    self.now = now
  }

  package func status() throws(Fault) -> SecretStoreStatus {
    try withState { state throws(Fault) in
      let file = try self.load(&state)
      return SecretStoreStatus(
        exists: file != nil, isUnlocked: state.key != nil, locks: file?.locks.map(\.word) ?? [])
    }
  }

  /// Cards in the order of their names; of a locked store they are what the file says.
  package func cards() throws(Fault) -> [SecretCard] {
    try withState { state throws(Fault) in
      try self.load(&state)?.entries.map(\.card).sorted { $0.name < $1.name } ?? []
    }
  }
}

// MARK: the key

extension SecretStore {
  /// How a new store is locked.
  package enum NewLock: Sendable {
    case passphrase(SecretBytes, Stretching)
    case safe(KeySafeKind)
  }

  /// Makes an empty store, unlocked. May take long, as `unlock`.
  ///
  /// - Throws: `secrets-exist`; what the safe says.
  package func create(_ lock: NewLock) throws(Fault) {
    try withState { state throws(Fault) in try self.checkMissing(&state) }
    var id = [UInt8](repeating: 0, count: 16)
    for index in id.indices { id[index] = .random(in: 0...255) }
    let key = try SecretBytes.random(32)
    var file = StoreFile(id: hexadecimal(id), locks: [], entries: [], tag: SealedBytes(nonce: [], bytes: []))
    file.locks = [try self.lock(lock, around: key, of: file)]
    let made = file
    try withState { state throws(Fault) in
      try self.checkMissing(&state)
      try self.save(made, key, &state)
      self.cache.keep(key, of: made.id)
    }
  }

  private func checkMissing(_ state: inout State) throws(Fault) {
    guard try load(&state) == nil else {
      throw Fault("secrets-exist", why: "there are secrets already", hint: "`bailey secrets list` shows them")
    }
  }

  private func lock(_ lock: NewLock, around key: SecretBytes, of file: StoreFile) throws(Fault) -> StoreLock {
    switch lock {
    case .passphrase(let passphrase, let stretching):
      guard passphrase.count > 0 else { throw Fault("secrets-passphrase-wrong", why: "the passphrase is empty") }
      let outer = try stretching.key(of: passphrase)
      return .passphrase(stretching, try .sealing(key, data: file.boundKey, key: outer))
    case .safe(let kind):
      let outer = try SecretBytes.random(32)
      try safes.put(outer, in: kind, store: file.id)
      return .safe(kind, try .sealing(key, data: file.boundKey, key: outer))
    }
  }

  /// Finds the key: in the cache, in a safe, or with the passphrase. A desktop may ask its person meanwhile (a minute), Argon2 takes a second.
  ///
  /// - Throws: `secrets-locked` when only a passphrase helps and none was given, or somebody locked it meanwhile;
  ///   `secrets-passphrase-wrong`; `secrets-damaged`.
  package func unlock(passphrase: SecretBytes? = nil) throws(Fault) {
    let (file, locks) = try withState { state throws(Fault) in
      guard let file = try self.load(&state) else { throw Self.missing }
      return (state.key == nil ? file : nil, state.locks)
    }
    guard let file else { return }
    let key = try found(file, passphrase)
    try withState { state throws(Fault) in
      guard state.locks == locks else { throw Self.locked }
      try self.take(key, &state)
    }
  }

  /// Whether values can be had without `unlock`.
  package var isUnlocked: Bool { (try? withState { state throws(Fault) in try self.key(&state) }) != nil }

  /// Forgets the key, here and in the cache.
  package func lock() throws(Fault) {
    try withState { state throws(Fault) in
      if let file = try self.load(&state) { self.cache.forget(store: file.id) }
      state.key = nil
      state.locks += 1
    }
  }

  /// Of memory or cache.
  private func key(_ state: inout State) throws(Fault) -> (StoreFile, SecretBytes) {
    guard let file = try load(&state) else { throw Self.missing }
    if let key = state.key { return (file, key) }
    guard let key = cache.find(store: file.id), key.count == 32 else { throw Self.locked }
    try take(key, &state)
    return (file, key)
  }

  private func take(_ key: SecretBytes, _ state: inout State) throws(Fault) {
    guard let file = try load(&state) else { throw Self.missing }
    guard (try? file.tag.opened(data: file.bound, key: key)) != nil else {
      throw Fault(
        "secrets-damaged", subject: path, why: "the file of the secrets was changed by somebody else",
        hint: "restore it from a backup")
    }
    state.key = key
    cache.keep(key, of: file.id)
  }

  private func found(_ file: StoreFile, _ passphrase: SecretBytes?) throws(Fault) -> SecretBytes {
    if let key = cache.find(store: file.id), key.count == 32 { return key }
    var reason = Self.locked
    for lock in file.locks {
      do throws(Fault) {
        switch lock {
        case .safe(let kind, let sealed):
          return try sealed.opened(data: file.boundKey, key: try safes.get(from: kind, store: file.id))
        case .passphrase(let stretching, let sealed):
          guard let passphrase else { continue }
          let outer = try stretching.key(of: passphrase)
          guard let key = try? sealed.opened(data: file.boundKey, key: outer) else {
            throw Fault("secrets-passphrase-wrong", why: "the passphrase is not the one of this store")
          }
          return key
        }
      } catch { reason = error }
    }
    throw reason
  }

  private static let locked = Fault(
    "secrets-locked", why: "the secrets are locked", hint: "`bailey secrets unlock` asks for the passphrase")

  private static let missing = Fault(
    "secrets-missing", why: "there are no secrets yet", hint: "`bailey secrets add NAME --host HOST` keeps the first")
}

// MARK: secrets

extension SecretStore {
  /// - Throws: `secret-exists`, `secret-invalid`, `secrets-locked` and what `unlock` throws.
  package func add(_ card: SecretCard, _ value: SecretBytes) throws(Fault) {
    try check(value)
    try change { file, key throws(Fault) in
      guard !file.entries.contains(where: { $0.card.name == card.name }) else {
        throw Fault(
          "secret-exists", subject: card.name, why: "there is a secret of this name",
          hint: "`bailey secrets rotate` gives it a new value")
      }
      guard file.entries.count < StoreFile.maximumSecrets else {
        throw Fault("secret-invalid", subject: card.name, why: "there are too many secrets")
      }
      file.entries.append(.init(card: card, sealed: try .sealing(value, data: file.bound(card), key: key)))
    }
  }

  /// Gives a secret another value. Sessions take it from their next request on.
  ///
  /// - Parameter version: of the value that it is to follow, for who knows no other; where another is there, nothing is changed.
  /// - Returns: its version; `nil` where nothing was changed.
  @discardableResult
  package func rotate(_ name: String, _ value: SecretBytes, after version: Int64? = nil) throws(Fault) -> Int64? {
    try check(value)
    return try change { file, key throws(Fault) in
      let index = try Self.index(of: name, in: file)
      var card = file.entries[index].card
      if let version, version != card.version { return nil }
      // A version is never had twice, whatever the clock says.
      card.rotated = max(self.now(), card.version + 1)
      file.entries[index] = .init(card: card, sealed: try .sealing(value, data: file.bound(card), key: key))
      return card.version
    }
  }

  package func remove(_ name: String) throws(Fault) {
    try change { file, _ throws(Fault) in _ = file.entries.remove(at: try Self.index(of: name, in: file)) }
  }

  /// The value, opened for who puts it into a request.
  package func value(of name: String) throws(Fault) -> (card: SecretCard, value: SecretBytes) {
    try withState { state throws(Fault) in
      let (file, key) = try self.key(&state)
      let entry = file.entries[try Self.index(of: name, in: file)]
      return (entry.card, try entry.sealed.opened(data: file.bound(entry.card), key: key))
    }
  }

  private func check(_ value: SecretBytes) throws(Fault) {
    guard (1...Self.maximumValue).contains(value.count) else {
      throw Fault("secret-invalid", why: "the value is empty or has more than 64 KiB")
    }
  }

  private static func index(of name: String, in file: StoreFile) throws(Fault) -> Int {
    guard let index = file.entries.firstIndex(where: { $0.card.name == name }) else { throw unknown(name) }
    return index
  }

  static func unknown(_ name: String) -> Fault {
    Fault("secret-unknown", subject: name, why: "there is no secret of this name", hint: "`bailey secrets list`")
  }
}

extension SecretCard {
  /// Of its value: which one it is.
  var version: Int64 { rotated ?? created }
}

// MARK: the file

extension SecretStore {
  private func change<V: Sendable>(_ body: (inout StoreFile, SecretBytes) throws(Fault) -> V) throws(Fault) -> V {
    try withState { state throws(Fault) in
      let (file, key) = try self.key(&state)
      var changed = file
      let result = try body(&changed, key)
      if changed != file { try self.save(changed, key, &state) }
      return result
    }
  }

  /// The file as it is in memory; read once, because nobody else writes it while a controller runs.
  private func load(_ state: inout State) throws(Fault) -> StoreFile? {
    if let file = state.file { return file }
    let found: (bytes: [UInt8], status: FileStatus)?
    do throws(Errno) { found = try WholeFile.read(path, limit: StoreFile.maximumBytes) } catch {
      throw Fault("secrets-unreadable", subject: path, why: error.message)
    }
    guard let (bytes, status) = found else { return nil }
    guard status.user == CurrentProcess.user, status.mode & 0o077 == 0 else {
      throw Fault(
        "secrets-unreadable", subject: path, why: "the file is not only yours", hint: "chown it to you, chmod it to 600"
      )
    }
    let file = try StoreFile(bytes)
    state.file = file
    return file
  }

  private func save(_ file: StoreFile, _ key: SecretBytes, _ state: inout State) throws(Fault) {
    var file = file
    file.tag = try .sealing(try SecretBytes.empty(), data: file.bound, key: key)
    do throws(Errno) { try WholeFile.replace(path, with: file.bytes) } catch {
      throw Fault("secrets-unwritable", subject: path, why: error.message)
    }
    state.file = file
    state.key = key
  }

  private func withState<V: Sendable>(_ body: (inout State) throws(Fault) -> V) throws(Fault) -> V {
    let result = state.withLock { state -> Result<V, Fault> in
      do throws(Fault) { return .success(try body(&state)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
