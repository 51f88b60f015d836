import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyBroker

/// Keeps keys in memory, as a desktop would.
private final class Memory: KeySafes, KeyCache {
  let keys = Mutex<[String: SecretBytes]>([:])
  let cached = Mutex<[String: SecretBytes]>([:])
  func put(_ key: SecretBytes, in kind: KeySafeKind, store: String) throws(Fault) { keys.withLock { $0[store] = key } }
  func get(from kind: KeySafeKind, store: String) throws(Fault) -> SecretBytes {
    guard let key = keys.withLock({ $0[store] }) else { throw Fault("secrets-locked", why: "no key here") }
    return key
  }
  func keep(_ key: SecretBytes, of store: String) { cached.withLock { $0[store] = key } }
  func find(store: String) -> SecretBytes? { cached.withLock { $0[store] } }
  func forget(store: String) { cached.withLock { $0[store] = nil } }
}

private func secret(_ text: String) throws(Fault) -> SecretBytes { try SecretBytes.copy(Array(text.utf8).span) }

private func text(_ secret: SecretBytes) -> String { secret.lend { String(decoding: Array($0), as: UTF8.self) } }

private func code(_ body: () throws -> Void) -> String? {
  do { try body() } catch { return (error as? Fault)?.code ?? "\(error)" }
  return nil
}

@Suite("Secrets on disk")
struct StoreTests {
  private let folder: Scratch
  private let memory = Memory()

  init() throws { folder = try Scratch() }

  private var file: String { folder.path + "/secrets/store.json" }

  private func store() -> SecretStore {
    SecretStore(stateDirectory: folder.path, safes: memory, cache: memory) { 7 }
  }

  private func card(_ name: String, hosts: [String] = ["api.example.com"]) throws -> SecretCard {
    SecretCard(name: name, rule: SecretRule(hosts: try hosts.map { try HostPattern($0) }), created: 5)
  }

  private func passphrase(_ text: String) throws -> SecretStore.NewLock {
    .passphrase(try secret(text), .fresh(passes: 1, memory: 64 << 10))
  }

  private func bytes() throws -> [UInt8] { try #require(try WholeFile.read(file, limit: 1 << 20)).bytes }

  @Test("What was added is there after a restart, sealed on disk, and can be rotated and removed")
  func comesBack() throws {
    let first = store()
    try first.create(.safe(.service))
    try first.add(try card("github"), try secret("value-of-github-1"))
    try first.add(try card("npm", hosts: ["*.npm.example.com"]), try secret("value-of-npm"))
    #expect(try WholeFile.read(file, limit: 1 << 20)?.status.mode ?? 0 & 0o777 == 0o600)
    #expect(!String(decoding: try bytes(), as: UTF8.self).contains("value-of"))
    memory.cached.withLock { $0 = [:] }
    let second = store()
    #expect(try second.cards().map(\.name) == ["github", "npm"])
    #expect(code { _ = try second.value(of: "github") } == "secrets-locked")
    try second.unlock()
    #expect(try text(second.value(of: "github").value) == "value-of-github-1")
    try second.rotate("github", try secret("value-of-github-2"))
    #expect(try text(second.value(of: "github").value) == "value-of-github-2")
    #expect(try second.value(of: "github").card.rotated == 7)
    try second.remove("npm")
    #expect(code { _ = try second.value(of: "npm") } == "secret-unknown")
    #expect(try store().cards().map(\.name) == ["github"])
  }

  @Test("A passphrase opens it, another does not, and lock forgets the key everywhere")
  func passphrases() throws {
    let first = store()
    try first.create(try passphrase("correct horse"))
    try first.add(try card("a"), try secret("one"))
    try first.lock()
    #expect(code { _ = try first.value(of: "a") } == "secrets-locked")
    #expect(code { try first.unlock(passphrase: try secret("wrong")) } == "secrets-passphrase-wrong")
    #expect(code { _ = try first.value(of: "a") } == "secrets-locked")
    try first.unlock(passphrase: try secret("correct horse"))
    #expect(try text(first.value(of: "a").value) == "one")
    // The next controller finds it in the cache.
    #expect(try text(store().value(of: "a").value) == "one")
    #expect(code { try first.create(.safe(.service)) } == "secrets-exist")
  }

  @Test("Without a store, or with names, values and cards that are none, it says so")
  func refusals() throws {
    let store = store()
    #expect(code { try store.unlock() } == "secrets-missing")
    #expect(try store.status() == .init(exists: false, isUnlocked: false, locks: []))
    try store.create(.safe(.service))
    #expect(code { try store.add(try card("a"), try secret("")) } == "secret-invalid")
    let large = [UInt8](repeating: 65, count: SecretStore.maximumValue + 1)
    #expect(code { try store.add(try card("a"), try SecretBytes.copy(large.span)) } == "secret-invalid")
    try store.add(try card("a"), try secret("one"))
    #expect(code { try store.add(try card("a"), try secret("two")) } == "secret-exists")
    #expect(code { try store.rotate("b", try secret("two")) } == "secret-unknown")
    #expect(
      !SecretCard.isName("") && SecretCard.isName("A") && !SecretCard.isName("-a") && SecretCard.isName("a.b_c-1"))
    #expect(!SecretCard.isName("a/b") && !SecretCard.isName(String(repeating: "a", count: 65)))
  }

  /// A card that lets the value go elsewhere, an entry taken away, an older value put back, another store's entry: each needs the key.
  @Test("Whoever edits the file without the key is found out", arguments: ["host", "place", "drop", "swap", "older"])
  func edited(_ how: String) throws {
    let first = store()
    try first.create(.safe(.service))
    try first.add(try card("a"), try secret("value-of-a"))
    let before = try bytes()
    try first.add(try card("b"), try secret("value-of-b"))
    var file = try StoreFile(try bytes())
    switch how {
    case "host": file.entries[0].card.rule.hosts = [try HostPattern("evil.example.com")]
    case "place": file.entries[0].card.rule.places = [.path]
    case "drop": file.entries.removeLast()
    case "swap":
      (file.entries[0].sealed, file.entries[1].sealed) = (file.entries[1].sealed, file.entries[0].sealed)
    default: file.entries = try StoreFile(before).entries
    }
    try WholeFile.replace(self.file, with: file.bytes)
    #expect(code { _ = try store().value(of: "a") } == "secrets-damaged")
    #expect(code { try store().add(try card("c"), try secret("three")) } == "secrets-damaged")
    memory.cached.withLock { $0 = [:] }
    #expect(code { try store().unlock() } == "secrets-damaged")
  }

  @Test("Bytes that no store wrote are refused, cut at every place or with any bit turned")
  func damaged() throws {
    let first = store()
    try first.create(try passphrase("p"))
    try first.add(try card("a"), try secret("value-of-a"))
    let whole = try bytes()
    for count in stride(from: 0, to: whole.count, by: 7) {
      #expect(code { _ = try StoreFile(Array(whole[..<count])) } == "secrets-damaged")
    }
    for place in stride(from: 0, to: whole.count, by: 3) {
      var changed = whole
      changed[place] ^= 1 << UInt8(place % 8)
      try WholeFile.replace(file, with: changed)
      memory.cached.withLock { $0 = [:] }
      let opening = code {
        let store = store()
        try store.unlock(passphrase: try secret("p"))
        _ = try store.value(of: "a")
      }
      #expect(opening == "secrets-damaged" || opening == "secrets-passphrase-wrong", "byte \(place)")
    }
  }

  @Test("A file that others can read is not opened")
  func notOnlyMine() throws {
    try store().create(.safe(.service))
    try Descriptor.open(file, [.readOnly]).setMode(0o640)
    #expect(code { _ = try store().cards() } == "secrets-unreadable")
  }
}

@Suite("Memory for secrets")
struct SecretBytesTests {
  @Test("A secret prints nothing, and what is taken is erased")
  func printsNothing() throws {
    var bytes = Array("topsecretvalue".utf8)
    let held = try SecretBytes.taking(&bytes)
    #expect(bytes.isEmpty)
    var dumped = ""
    dump(held, to: &dumped)
    #expect(!"\(held)\(String(reflecting: held))\(dumped)".contains("topsecret"))
    let (same, other) = (try secret("topsecretvalue"), try secret("topsecretvaluf"))
    #expect(held.isEqual(to: same) && !held.isEqual(to: other))
  }

  @Test("A process that holds a secret is dumpable for nobody")
  func dumps() throws {
    try ProcessMemory.setDumpable(true)
    let held = try secret("value")
    #expect(!ProcessMemory.isDumpable)
    withExtendedLifetime(held) {}
  }

  @Test("Sealed bytes open with their key and their data only")
  func sealing() throws {
    let (key, other) = (try SecretBytes.random(32), try SecretBytes.random(32))
    let sealed = try SealedBytes.sealing(try secret("abc"), data: [1], key: key)
    #expect(try text(sealed.opened(data: [1], key: key)) == "abc")
    #expect(code { _ = try sealed.opened(data: [2], key: key) } == "secret-unreadable")
    #expect(code { _ = try sealed.opened(data: [1], key: other) } == "secret-unreadable")
    var short = sealed
    short.bytes = Array(short.bytes.prefix(15))
    #expect(code { _ = try short.opened(data: [1], key: key) } == "secret-unreadable")
  }

  /// RFC 9106 has no vector of this form; libsodium's own parameters are tried against each other: other salt, other key.
  @Test("The same passphrase and salt make the same key, and unbearable parameters are refused")
  func stretching() throws {
    let one = Stretching.fresh(passes: 1, memory: 64 << 10)
    let key = try one.key(of: try secret("p"))
    let again = try one.key(of: try secret("p"))
    let salted = try Stretching.fresh(passes: 1, memory: 64 << 10).key(of: try secret("p"))
    #expect(key.isEqual(to: again) && !key.isEqual(to: salted))
    for wrong in [Stretching(salt: one.salt, passes: 1000, memory: 64 << 10), .fresh(passes: 1, memory: 1 << 40)] {
      #expect(code { _ = try wrong.key(of: try secret("p")) } == "secrets-damaged")
    }
  }
}

@Suite("Where keys lie")
struct KeySafeTests {
  @Test("The kernel keeps a key for the next controller, and forgets it when told")
  func keyring() throws {
    let keyring = KernelKeyring()
    let name = "test-\(UInt64.random(in: 0 ... .max))"
    #expect(keyring.find(store: name) == nil)
    let key = try SecretBytes.random(32)
    keyring.keep(key, of: name)
    let found = try #require(keyring.find(store: name))
    #expect(found.isEqual(to: key))
    keyring.forget(store: name)
    #expect(keyring.find(store: name) == nil)
  }

  @Test("A key file is made once, for its owner alone, and anything else in its place is refused")
  func keyFile() throws {
    let folder = try Scratch()
    let (safes, path) = (HostKeySafes(environment: [:]), folder.path + "/key")
    let key = try SecretBytes.random(32)
    try safes.put(key, in: .file(path), store: "s")
    let found = try safes.get(from: .file(path), store: "s")
    #expect(found.isEqual(to: key))
    #expect(code { try safes.put(key, in: .file(path), store: "s") } == "secrets-key-unwritable")
    try Descriptor.open(path, [.readOnly]).setMode(0o644)
    #expect(code { _ = try safes.get(from: .file(path), store: "s") } == "secrets-locked")
    for wrong in ["", "00", String(repeating: "g", count: 64), String(repeating: "0", count: 66)] {
      try WholeFile.replace(path, with: Array(wrong.utf8))
      #expect(code { _ = try safes.get(from: .file(path), store: "s") } == "secrets-locked", "\(wrong)")
    }
  }
}
