import BaileyCore

/// Why the beginning of a push is none.
enum GitPushError: Error, Sendable, Equatable { case malformed, tooMany }

/// What a push is to change: the commands before the pack (gitprotocol-pack, "Reference Update Request").
struct GitPush: Sendable, Equatable {
  enum Kind: String, Sendable { case create, update, delete }

  struct Command: Sendable, Equatable {
    var ref: String
    var kind: Kind
  }

  private(set) var commands: [Command] = []
  /// The end of the commands was there.
  private(set) var isComplete = false
  private var offset = 0

  private static let maximumCommands = 1000

  /// Reads on where the last call ended. Signed pushes are not read.
  ///
  /// - Parameter bytes: all that has come so far.
  mutating func read(_ bytes: [UInt8]) throws(GitPushError) {
    while !isComplete, bytes.count - offset >= 4 {
      guard let length = Self.length(bytes[offset..<(offset + 4)]) else { throw .malformed }
      if length == 0 { return isComplete = true }
      guard length > 4 else { throw .malformed }
      guard bytes.count - offset >= length else { return }
      try read(line: bytes[(offset + 4)..<(offset + length)])
      offset += length
    }
  }

  private static func length(_ digits: ArraySlice<UInt8>) -> Int? {
    let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    return isHex ? Int(String(decoding: digits, as: UTF8.self), radix: 16) : nil
  }

  private mutating func read(line: ArraySlice<UInt8>) throws(GitPushError) {
    // What the first command is followed by says what the client can do.
    var text = line.prefix { $0 != 0 }
    if text.last == 10 { text = text.dropLast() }
    if text.starts(with: "shallow ".utf8), commands.isEmpty { return }
    let parts = text.split(separator: 32, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, Self.isObject(parts[0]), Self.isObject(parts[1]), parts[0].count == parts[1].count,
      let ref = Self.ref(parts[2])
    else { throw .malformed }
    guard commands.count < Self.maximumCommands else { throw .tooMany }
    commands.append(Command(ref: ref, kind: Self.kind(parts[0], parts[1])))
  }

  private static func kind(_ old: ArraySlice<UInt8>, _ new: ArraySlice<UInt8>) -> Kind {
    let isNothing = { (id: ArraySlice<UInt8>) in id.allSatisfy { $0 == 0x30 } }
    return isNothing(new) ? .delete : isNothing(old) ? .create : .update
  }

  private static func isObject(_ text: ArraySlice<UInt8>) -> Bool {
    (text.count == 40 || text.count == 64)
      && text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// git-check-ref-format(1), as far as it keeps a name from being read in two ways.
  private static func ref(_ bytes: ArraySlice<UInt8>) -> String? {
    guard (1...1024).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") })
    else { return nil }
    let text = String(validating: bytes, as: UTF8.self)
    return text.flatMap { $0.contains("..") || $0.contains("//") ? nil : $0 }
  }

  var json: JSON {
    .array(commands.map { ["ref": .string($0.ref), "kind": .string($0.kind.rawValue)] })
  }
}
