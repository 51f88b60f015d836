import BaileyCore
import BaileyLinux

/// How to read the arguments of a call that the filter notifies.
enum NotifiedCall: Sendable {
  case connect
  /// A program walls itself in further.
  case restrict
  /// Registers of path and argument vector; of the directory it is relative to, where it has one.
  case execute(directory: Int?, path: Int, arguments: Int)
  /// One path that is changed.
  case path(ObservedEvent.Operation, directory: Int?, path: Int)
  /// Two paths: what was, and what will be.
  case pair(ObservedEvent.Operation, fromDirectory: Int?, from: Int, toDirectory: Int?, to: Int)
  /// A symbolic link: the target is text, not a path that is looked up.
  case link(directory: Int?, path: Int, target: Int)

  /// Registers of the directory and path of a file that is opened or executed.
  var opened: (directory: Int?, path: Int)? {
    switch self {
    case .execute(let directory, let path, _), .path(.open, let directory, let path): (directory, path)
    default: nil
    }
  }

  /// Register of the flags of open(2), by call number. The others that open have none: they write.
  private static let flags: [UInt32: Int] = {
    let pairs = [("open", 1), ("openat", 2)].compactMap { name, index in
      SystemCallTable.number(name).map { ($0, index) }
    }
    return Dictionary(pairs) { first, _ in first }
  }()

  private static func flags(_ notification: Notification) -> UInt64? {
    flags[notification.number].map { notification.arguments[$0] }
  }

  /// Whether bytes of a file can be read by what this call gives; what it truncates has none.
  func reads(_ notification: Notification) -> Bool {
    if case .execute = self { return true }
    guard let flags = Self.flags(notification) else { return false }
    // O_ACCMODE is O_WRONLY; O_TRUNC, O_PATH, O_TMPFILE.
    return flags & 3 != 1 && flags & (0x200 | 0x20_0000 | 0x40_0000) == 0
  }

  /// `false` for what only opens to read.
  func changes(_ notification: Notification) -> Bool {
    guard let flags = Self.flags(notification) else { return true }
    return flags & UInt64(SystemCallFilter.writeFlags | 0x40_0000) != 0
  }

  /// By call number; a number that is not here was not notified by our filter.
  static let byNumber: [UInt32: NotifiedCall] = {
    var table: [UInt32: NotifiedCall] = [:]
    for (name, call) in byName {
      if let number = SystemCallTable.number(name) { table[number] = call }
    }
    return table
  }()

  static let byName: [(String, NotifiedCall)] = [
    ("connect", .connect), ("landlock_restrict_self", .restrict),
    ("execve", .execute(directory: nil, path: 0, arguments: 1)),
    ("execveat", .execute(directory: 0, path: 1, arguments: 2)),
    ("open", .path(.open, directory: nil, path: 0)), ("creat", .path(.open, directory: nil, path: 0)),
    ("truncate", .path(.open, directory: nil, path: 0)), ("openat", .path(.open, directory: 0, path: 1)),
    ("unlink", .path(.unlink, directory: nil, path: 0)),
    ("unlinkat", .path(.unlink, directory: 0, path: 1)), ("rmdir", .path(.unlink, directory: nil, path: 0)),
    ("mkdir", .path(.mkdir, directory: nil, path: 0)), ("mkdirat", .path(.mkdir, directory: 0, path: 1)),
    ("rename", .pair(.rename, fromDirectory: nil, from: 0, toDirectory: nil, to: 1)),
    ("renameat", .pair(.rename, fromDirectory: 0, from: 1, toDirectory: 2, to: 3)),
    ("renameat2", .pair(.rename, fromDirectory: 0, from: 1, toDirectory: 2, to: 3)),
    ("link", .pair(.link, fromDirectory: nil, from: 0, toDirectory: nil, to: 1)),
    ("linkat", .pair(.link, fromDirectory: 0, from: 1, toDirectory: 2, to: 3)),
    ("symlink", .link(directory: nil, path: 1, target: 0)),
    ("symlinkat", .link(directory: 1, path: 2, target: 0)),
  ]
}
