/// The patterns of one ignore file, or of the command line.
struct IgnoreFile: Sendable {
  static let maximumBytes = 1 << 20

  /// The directory it lies in, with a slash behind it; empty for the top.
  var base: [UInt8]
  private var patterns: [IgnorePattern]

  init(_ text: [UInt8], base: [UInt8]) {
    self.base = base
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let lines = (text.starts(with: byteOrderMark) ? text[3...] : text[...]).split(separator: 0x0A)
    patterns = lines.compactMap { IgnorePattern($0.last == 0x0D ? $0.dropLast() : $0) }
  }

  var isEmpty: Bool { patterns.isEmpty }

  /// What the last pattern that matches says; nil where none does.
  func verdict(_ path: [UInt8], isDirectory: Bool) -> Bool? {
    guard path.starts(with: base) else { return nil }
    let inner = path[base.count...]
    return patterns.last { $0.matches(inner, isDirectory: isDirectory) }.map { !$0.isNegated }
  }
}

/// The ignore files that count in a directory, the outermost first.
struct IgnoreRules: Sendable {
  private var files: [IgnoreFile] = []
  /// Of the command line: nothing takes them back.
  private var excluded: IgnoreFile

  init(excluding globs: [String]) { excluded = IgnoreFile(Array(globs.joined(separator: "\n").utf8), base: []) }

  mutating func add(_ file: IgnoreFile) { if !file.isEmpty { files.append(file) } }

  /// - Parameters:
  ///   - path: relative to the top of the repository, or where there is none to what is scanned.
  ///   - inner: relative to what is scanned.
  func ignores(_ path: [UInt8], inner: [UInt8], isDirectory: Bool) -> Bool {
    if excluded.verdict(inner, isDirectory: isDirectory) == true { return true }
    for file in files.reversed() {
      if let verdict = file.verdict(path, isDirectory: isDirectory) { return verdict }
    }
    return false
  }
}
