internal import BaileyLinux

/// One thing to be read: a file, the standard input, or an object of a repository.
struct ScanTask: Sendable {
  enum Content: Sendable {
    /// Below a directory.
    case entry(ScanRoot, [UInt8])
    /// Named on the command line: links are followed.
    case file(String)
    case input
    /// A version of a file.
    case blob(ObjectName)
    /// The words of a commit or tag.
    case message(ObjectName)
  }

  /// In the order of what was walked, from 0: the order of the report.
  var number: Int
  var content: Content
  /// As it is shown, and as allowlists and baselines know it.
  var path: [UInt8]
  /// The first commit that had it.
  var commit: ObjectName?
  /// What it holds was there before: not told, nor when it comes again in this file.
  var isBefore = false

  /// Whether a person would count it.
  var isFile: Bool { if case .message = content { false } else { !isBefore } }
}

/// A directory that was named on the command line. What lies below is opened beneath it, without following links.
final class ScanRoot: Sendable {
  let directory: Descriptor

  init(_ directory: consuming Descriptor) { self.directory = directory }

  func open(_ path: [UInt8], _ flags: OpenFlags) throws(Errno) -> Descriptor {
    try directory.open(path.isEmpty ? [0x2E] : path, flags, resolve: [.beneath, .noSymlinks])
  }
}

/// Gives out one task after the other.
protocol TaskSource {
  mutating func next() -> ScanTask?
}
