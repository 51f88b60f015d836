internal import BaileyCore

/// Reads objects one after the other through one `git cat-file --batch`, which streams what is large.
final class ObjectReader {
  /// Of what is read whole: the words of a commit.
  static let maximumWhole = 8 << 20

  private let git: GitProcess
  private var buffer: ArraySlice<UInt8> = []
  /// Of the open object, its newline included.
  private var left = 0

  init(_ repository: GitRepository) throws(Fault) { git = try GitProcess(repository, ["cat-file", "--batch"]) }

  /// Begins an object, whatever is left of the one before.
  ///
  /// - Returns: its bytes. Throws when it is missing or damaged.
  func open(_ name: ObjectName) throws(Fault) -> Int {
    while try next() != nil {}
    try git.write(Array((name.text + "\n").utf8))
    let words = try line().split(separator: " ")
    guard words.count == 3, words[0] == name.text, let size = Int(words[2]), size >= 0 else {
      throw Fault("scan-object-missing", subject: name.text, why: "git does not have it whole")
    }
    left = size + 1
    return size
  }

  /// The next bytes of the open object; nil at its end.
  func next() throws(Fault) -> [UInt8]? {
    guard left > 0 else { return nil }
    if buffer.isEmpty { try fill() }
    if left == 1 {
      (buffer, left) = (buffer.dropFirst(), 0)
      return nil
    }
    let part = Array(buffer.prefix(left - 1))
    (buffer, left) = (buffer.dropFirst(part.count), left - part.count)
    return part
  }

  func whole(_ name: ObjectName) throws(Fault) -> [UInt8] {
    guard try open(name) <= Self.maximumWhole else {
      throw Fault("scan-object-missing", subject: name.text, why: "it is too large for words")
    }
    var bytes: [UInt8] = []
    while let part = try next() { bytes += part }
    return bytes
  }

  private func fill() throws(Fault) {
    guard let bytes = try git.read() else {
      try git.end()
      throw Fault("git-failed", subject: "git cat-file", why: "it ended early")
    }
    buffer = bytes[...]
  }

  private func line() throws(Fault) -> String {
    var line: [UInt8] = []
    while true {
      if buffer.isEmpty { try fill() }
      guard let byte = buffer.popFirst(), line.count < 4096 else { return "" }
      if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}

/// The bytes of a commit or tag: lines of fields, an empty one, and words.
struct CommitText {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var message: [UInt8] {
    for index in bytes.indices.dropLast() where bytes[index] == 0x0A && bytes[index + 1] == 0x0A {
      return Array(bytes[(index + 2)...])
    }
    return []
  }

  /// Author and time as the commit has them, which anybody can make up.
  func info(_ name: ObjectName) -> CommitInfo {
    let field = Array("author ".utf8)
    let lines = bytes.split(separator: 0x0A, maxSplits: 64, omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    guard let line = lines.first(where: { $0.starts(with: field) })?.dropFirst(field.count),
      let end = line.lastIndex(of: UInt8(ascii: ">"))
    else { return CommitInfo(id: name.text, author: "", time: 0) }
    let words = line[(end + 1)...].split(separator: 0x20)
    return CommitInfo(
      id: name.text, author: printable(line[...end]),
      time: words.first.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0)
  }
}
