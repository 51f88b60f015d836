import BaileyCast
import BaileyCore

/// Writes changes without secrets.
///
/// Each side is masked as a whole before the two are compared: a diff cuts secrets into lines with other lines between, and has of some
/// only the end. What is secret on one side is so on the other, where the line that says so may be missing.
struct DiffMask {
  /// Parts of secrets in one file; each costs time at every place of its texts.
  private static let maximumSecrets = 500
  private static let limit = 256 << 20

  private let secrets: [String]
  private let masker: StreamMasker
  private let finder: (any SecretFinder)?
  private let session: SessionID?
  private let contents: (any ChangeContents)?
  /// Bytes of both sides that are still masked: a large tree may not hold up an apply.
  private var budget = limit

  init(
    secrets: [String], finder: (any SecretFinder)? = nil, session: SessionID? = nil, contents: (any ChangeContents)?
  ) {
    (self.finder, self.session) = (finder, session)
    self.secrets = secrets
    self.contents = contents
    masker = StreamMasker(secrets: secrets)
  }

  mutating func text(of change: Change) -> String {
    var shown = change
    shown.hunks = []
    guard let contents, !contents.isSensitive(change.path) else {
      (shown.content, shown.oldTarget, shown.newTarget) = (nil, nil, nil)
      return shown.text() + "bailey: a sensitive file; what is in it is left out\n"
    }
    if change.hunks.isEmpty { return shown.text() }
    guard let sides = contents.sides(of: change.path), let (old, new) = masked(sides.old, sides.new) else {
      return shown.text() + "bailey: its lines are left out, since they cannot be masked\n"
    }
    shown.hunks = LineDiff(old: old, new: new).hunks
    return shown.text() + (shown.hunks.isEmpty ? "bailey: what changed is masked\n" : "")
  }

  private mutating func masked(_ old: [UInt8], _ new: [UInt8]) -> (old: [UInt8], new: [UInt8])? {
    budget -= old.count + new.count
    if budget < 0 { return nil }
    guard let mine = found(in: old), let theirs = found(in: new) else { return nil }
    let parts = Set((masker.secrets(in: old) + masker.secrets(in: new) + mine + theirs).flatMap(Self.lines))
    if parts.isEmpty { return (old, new) }
    if parts.count > Self.maximumSecrets { return nil }
    let masker = StreamMasker(secrets: secrets + parts)
    return (masker.whole(old), masker.whole(new))
  }

  /// `nil` where nobody could look.
  private func found(in text: [UInt8]) -> [ArraySlice<UInt8>]? {
    guard let finder else { return [] }
    return finder.secrets(in: text, of: session)?.map { text[$0] }
  }

  /// One by one, since the other side may have them indented, or some of them.
  private static func lines(_ secret: ArraySlice<UInt8>) -> [String] {
    secret.split { $0 == 0x0A || $0 == 0x0D }.map { line in
      let blank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
      return String(decoding: line.drop(while: blank).reversed().drop(while: blank).reversed(), as: UTF8.self)
    }
  }
}

extension StreamMasker {
  fileprivate func whole(_ text: [UInt8]) -> [UInt8] {
    var masker = self
    return masker.mask(text) + masker.finish()
  }
}
