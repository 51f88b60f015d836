internal import BaileyCore
internal import BaileyLinux
package import BaileyMerkle

/// A checkpoint whose signature has been checked, with its bytes.
package struct SignedHead: Sendable, Equatable {
  package let checkpoint: Checkpoint
  package let note: [UInt8]

  /// Refuses another log's checkpoint and a bad or missing signature.
  init(_ note: [UInt8], by verifier: LogVerifier, path: String) throws(Fault) {
    do {
      let signed = try SignedNote(parsing: note)
      try signed.verify(by: [verifier])
      checkpoint = try Checkpoint(parsing: signed.text)
      self.note = note
    } catch {
      throw Fault(
        "log-head-invalid", subject: path, why: "the signed head is not one of this log: \(error)",
        hint: "keep a copy as evidence; compare with the head kept elsewhere")
    }
    guard checkpoint.origin.utf8.elementsEqual(verifier.key.name.utf8) else {
      throw Fault(
        "log-head-invalid", subject: path, why: "the signed head names another log",
        hint: "keep a copy as evidence; compare with the head kept elsewhere")
    }
  }

  init(signing checkpoint: Checkpoint, with key: LogKey) throws(LogKey.SigningFailed) {
    var signed = SignedNote(text: checkpoint.text, signatures: [])
    try signed.sign(key)
    self.checkpoint = checkpoint
    note = signed.encoded
  }

  /// The same head with further signatures, which the caller has verified; those that it has stay.
  func adding(_ signatures: [SignedNote.Signature]) throws(Fault) -> SignedHead {
    do throws(NoteError) {
      var signed = try SignedNote(parsing: note)
      signed.signatures += signatures.filter { new in !signed.signatures.contains { $0.key == new.key } }
      return SignedHead(checkpoint: checkpoint, note: signed.encoded)
    } catch {
      throw Fault("log-head-invalid", why: "the signed head cannot be read: \(error)")
    }
  }

  private init(checkpoint: Checkpoint, note: [UInt8]) {
    self.checkpoint = checkpoint
    self.note = note
  }

  static func load(_ path: String, by verifier: LogVerifier) throws(Fault) -> SignedHead? {
    guard let note = try reading(path, { () throws(Errno) in try Files.readIfPresent(path) }) else { return nil }
    return try SignedHead(note, by: verifier, path: path)
  }
}

/// Keeps the last signed head outside the log's directory.
///
/// One writer at a time, by the log's lock; a head that changed under it is a second writer or an attack.
struct HeadStore {
  let path: String
  private var last: [UInt8]?
  /// A head whose swap failed part of the way: it may be there or not.
  private var attempted: [UInt8]?

  init(path: String, last: [UInt8]?) {
    self.path = path
    self.last = last
  }

  /// Compare and swap: refuses if the file is not what was last written or read here.
  mutating func swap(_ head: SignedHead) throws(Fault) {
    let present = try reading(path) { () throws(Errno) in try Files.readIfPresent(path) }
    guard present == last || (attempted != nil && present == attempted) else {
      throw Fault(
        "log-head-moved", subject: path, why: "the kept head of the log was changed by somebody else",
        hint: "find the second writer; compare the head with the log's own checkpoint")
    }
    // What is there now is the head from here on, also where its own swap had failed half-way.
    last = present
    attempted = head.note
    try writing(path) { () throws(Errno) in try Files.replace(path, with: head.note) }
    last = head.note
    attempted = nil
  }
}
