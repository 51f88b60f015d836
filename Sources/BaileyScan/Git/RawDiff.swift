internal import BaileyCore

/// What `git diff-tree --raw -z` and `git diff-index --raw -z` print.
struct RawDiff {
  enum Item: Equatable {
    case commit(ObjectName)
    /// A null name stands for none.
    case change(mode: String, old: ObjectName, new: ObjectName, path: [UInt8])
  }

  /// Of one path, or the fields before it.
  private static let longest = 64 << 10

  private let git: GitProcess
  private var buffer: ArraySlice<UInt8> = []

  init(_ git: GitProcess) { self.git = git }

  /// Nil at the end.
  mutating func next() throws(Fault) -> Item? {
    guard let word = try word() else { return nil }
    guard word.first == UInt8(ascii: ":") else {
      guard let name = ObjectName(word) else { throw Self.malformed }
      return .commit(name)
    }
    let fields = word.split(separator: 0x20)
    guard fields.count == 5, let old = ObjectName(fields[2]), let new = ObjectName(fields[3]),
      let path = try self.word()
    else { throw Self.malformed }
    return .change(mode: String(decoding: fields[1], as: UTF8.self), old: old, new: new, path: path)
  }

  private static let malformed = Fault("git-failed", subject: "git", why: "its list of changes is not as expected")

  /// Up to the next NUL.
  private mutating func word() throws(Fault) -> [UInt8]? {
    while true {
      if let end = buffer.firstIndex(of: 0) {
        defer { buffer = buffer[(end + 1)...] }
        return Array(buffer[..<end])
      }
      guard buffer.count <= Self.longest else { throw Self.malformed }
      guard let bytes = try git.read() else {
        if buffer.isEmpty { return nil }
        throw Self.malformed
      }
      buffer = buffer + bytes
    }
  }
}
