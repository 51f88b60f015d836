internal import CBaileyLinux
internal import Glibc

/// Flags of open(2). `O_CLOEXEC` is always added.
package struct OpenFlags: OptionSet, Sendable, Hashable {
  package let rawValue: Int32
  package init(rawValue: Int32) { self.rawValue = rawValue }

  package static let readOnly = OpenFlags([])
  package static let writeOnly = OpenFlags(rawValue: O_WRONLY)
  package static let readWrite = OpenFlags(rawValue: O_RDWR)
  package static let create = OpenFlags(rawValue: O_CREAT)
  package static let exclusive = OpenFlags(rawValue: O_EXCL)
  package static let truncate = OpenFlags(rawValue: O_TRUNC)
  package static let append = OpenFlags(rawValue: O_APPEND)
  package static let directory = OpenFlags(rawValue: O_DIRECTORY)
  package static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
  package static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
  package static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
  /// Only a place in the tree: nothing can be read or written through it.
  package static let path = OpenFlags(rawValue: BL_O_PATH)
  /// A file without a name in the directory given as path.
  package static let temporary = OpenFlags(rawValue: BL_O_TMPFILE)
}

/// How openat2(2) may walk a path.
package struct ResolveFlags: OptionSet, Sendable, Hashable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Never above the anchor: `..`, absolute paths and links out of it are `EXDEV`.
  package static let beneath = ResolveFlags(rawValue: BL_RESOLVE_BENEATH)
  /// The anchor is the root: `..` and absolute paths stay inside.
  package static let inRoot = ResolveFlags(rawValue: BL_RESOLVE_IN_ROOT)
  /// Any symbolic link on the way is `ELOOP`.
  package static let noSymlinks = ResolveFlags(rawValue: BL_RESOLVE_NO_SYMLINKS)
  /// Links of procfs that lead anywhere are `ELOOP`.
  package static let noMagicLinks = ResolveFlags(rawValue: BL_RESOLVE_NO_MAGICLINKS)
  /// Another mount on the way is `EXDEV`.
  package static let noCrossing = ResolveFlags(rawValue: BL_RESOLVE_NO_XDEV)
}
