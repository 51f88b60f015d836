import BaileyCore
import BaileyLinux
import BaileyWire

/// Sees to it that the store is there and open, and asks for a passphrase where only that helps.
struct SecretKeys {
  private let console: Console

  init(_ console: Console) { self.console = console }

  /// - Parameters:
  ///   - lock: for a store that is not there yet; `nil` makes none.
  ///   - readsInput: a passphrase may come from standard input, which holds nothing else.
  func unlocked(making lock: SecretLock? = nil, readsInput: Bool = false) throws(Failure) {
    let status = try Client.secrets().status
    if status.isUnlocked { return }
    if status.exists { return try open(status, readsInput) }
    switch lock {
    case .passphrase:
      var passphrase = try newPassphrase()
      try Client.order(.create(.passphrase), value: &passphrase)
    case .file(let path):
      try Client.order(
        .secretOrder(.create(.file(Surroundings.absolute(path, from: try Surroundings.workingDirectory())))))
    case .service: try Client.order(.secretOrder(.create(.service)))
    case nil: try Client.order(.secretOrder(.unlock))
    }
  }

  private func open(_ status: SecretStoreStatus, _ readsInput: Bool) throws(Failure) {
    guard status.locks.contains("passphrase") else { return try Client.order(.secretOrder(.unlock)) }
    let question = "Passphrase of the secrets: "
    var passphrase =
      readsInput && !Console.isTerminal(0) ? try SecretSource(nil, console).read(question) : try asked(question)
    try Client.order(.unlock, value: &passphrase)
  }

  private func newPassphrase() throws(Failure) -> [UInt8] {
    console.insist("The secrets are kept under a passphrase, which nothing can replace.")
    let first = try asked("New passphrase: ")
    guard try asked("The same again: ") == first else {
      throw Failure(Fault("secrets-passphrase-wrong", why: "the passphrases differ"))
    }
    return first
  }

  private func asked(_ question: String) throws(Failure) -> [UInt8] {
    do throws(Errno) {
      var text = try SecretSource.typed(question)
      if text.last == 0x0A { text.removeLast() }
      return text
    } catch {
      throw Failure(
        Fault(
          "secrets-locked", why: "nobody can be asked for the passphrase",
          hint: "`bailey secrets unlock` in a terminal, or a store with --key-file or --secret-service"))
    }
  }
}

extension Client {
  /// Sends an order with a value beside it, in a pipe that holds all of it; the value is erased here.
  static func order(_ order: SecretOrder, value: inout [UInt8]) throws(Failure) {
    defer { for index in value.indices { value[index] = 0 } }
    let pipe: Descriptor
    do throws(Errno) { pipe = try filled(value) } catch {
      throw Failure(Fault("secret-invalid", why: "the value cannot be handed over: \(error.message)"))
    }
    guard case .done = try open().ask(.secretOrder(order), descriptors: [pipe.raw]) else { throw .misunderstood }
  }

  private static func filled(_ value: [UInt8]) throws(Errno) -> Descriptor {
    let ends = try Descriptor.pipe(nonBlocking: true).take()
    let pipe = Descriptor(owning: ends.0)
    let end = Descriptor(owning: ends.1)
    try end.writeAll(value)
    return pipe
  }
}
