internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// The locks that make one writer: of the log's directory, and of its kept head, in case the directory was copied.
struct LogLocks: ~Copyable {
  private let log: Descriptor
  private let head: Descriptor

  init(_ layout: LogLayout) throws(Fault) {
    for path in [layout.segments, Files.parent(of: layout.headFile), Files.parent(of: layout.keyFile)] {
      try writing(path) { () throws(Errno) in try Files.makeDurableDirectories(path) }
    }
    let log = try Self.lock(layout.lock)
    let head = try Self.lock(layout.headLock)
    self.log = log
    self.head = head
  }

  private static func lock(_ path: String) throws(Fault) -> Descriptor {
    do throws(Errno) {
      let file = try Descriptor.open(path, [.readWrite, .create, .noFollow], mode: 0o600)
      try file.lock(.exclusive)
      return file
    } catch {
      guard error == .tryAgain || error == .accessDenied else { throw .write(path, error) }
      throw Fault(
        "log-locked", subject: path, why: "another process writes this audit log",
        hint: "stop the other controller first; two writers would fork the log")
    }
  }
}

/// The very first start.
///
/// The key file is made last: where it is, a head was kept before, so a head that is missing later has been removed.
enum LogCreation {
  /// - Parameter type: of a key that is made.
  static func keyOfLog(_ layout: LogLayout, _ type: LogKeyType) throws(Fault) -> LogKey {
    if let key = try LogKey.load(layout.keyFile) { return key }
    try refuseUnlessNew(layout)
    guard let key = LogKey.generate(type) else {
      throw Fault("log-key-invalid", subject: layout.keyFile, why: "no key could be made")
    }
    let head: SignedHead
    do {
      head = try SignedHead(signing: Checkpoint(origin: key.origin, size: 0, root: SHA256Tree.empty), with: key)
    } catch {
      throw Fault("log-key-invalid", subject: layout.keyFile, why: "the new key cannot sign")
    }
    let files = [
      (layout.headFile, head.note), (layout.checkpoint, head.note),
      (layout.verifierKeyFile, Array("\(key.verifierKey.text)\n".utf8)), (layout.keyFile, Array(key.text.utf8)),
    ]
    for (path, bytes) in files { try writing(path) { () throws(Errno) in try Files.replace(path, with: bytes) } }
    return key
  }

  /// Without a key there can be no records: a start that died before it was made has written none, nor a head of any.
  static func refuseUnlessNew(_ layout: LogLayout) throws(Fault) {
    let segments = try reading(layout.segments) { () throws(Errno) in try SegmentName.list(layout.segments) }
    let names = try reading(layout.directory) { () throws(Errno) in try Descriptor.entries(of: layout.directory) }
    guard segments.isEmpty, !names.contains(where: { $0.text == "tile" }), try !hasHead(layout) else {
      throw Fault(
        "log-key-missing", subject: layout.keyFile, why: "there is a log, but its private key is gone",
        hint: "restore the key from a backup; a log without its key cannot go on")
    }
  }

  /// Of more than the empty tree; whoever signed it.
  private static func hasHead(_ layout: LogLayout) throws(Fault) -> Bool {
    for path in [layout.headFile, layout.anchorFile] {
      guard let note = try reading(path, { () throws(Errno) in try Files.readIfPresent(path) }) else { continue }
      let head = (try? SignedNote(parsing: note)).flatMap { try? Checkpoint(parsing: $0.text) }
      if head?.size != 0 { return true }
    }
    return false
  }
}
