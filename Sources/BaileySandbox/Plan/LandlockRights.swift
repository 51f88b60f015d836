/// Landlock's access rights (landlock(7)), limited to what the kernel's ABI knows.
struct LandlockRights {
  private static let execute: UInt64 = 1 << 0
  private static let writeFile: UInt64 = 1 << 1
  private static let readFile: UInt64 = 1 << 2
  private static let readDirectory: UInt64 = 1 << 3
  private static let makeCharacterDevice: UInt64 = 1 << 6
  private static let makeBlockDevice: UInt64 = 1 << 11
  private static let truncate: UInt64 = 1 << 14
  private static let deviceControl: UInt64 = 1 << 15

  /// Everything that this ABI can refuse.
  let handled: UInt64

  init(abi: Int) {
    handled =
      switch abi {
      case ..<2: (1 << 13) - 1
      case 2: (1 << 14) - 1
      case 3, 4: (1 << 15) - 1
      default: (1 << 16) - 1
      }
  }

  var read: UInt64 { Self.execute | Self.readFile | Self.readDirectory }
  /// Directories and files, but no device nodes.
  var write: UInt64 {
    handled & ~(Self.makeCharacterDevice | Self.makeBlockDevice | Self.deviceControl)
  }
  var device: UInt64 {
    handled & (Self.readFile | Self.writeFile | Self.readDirectory | Self.truncate | Self.deviceControl)
  }
  /// `/proc`: own files such as `oom_score_adj` are written.
  var processFiles: UInt64 { handled & (Self.readFile | Self.writeFile | Self.readDirectory | Self.truncate) }
}
