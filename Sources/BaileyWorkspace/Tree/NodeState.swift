import BaileyCore

/// What stands at a path, down to its content: what is compared, shown, applied, and restored by undo.
enum NodeState: Sendable, Equatable {
  case absent
  case file(mode: UInt16, size: Int64, hash: [UInt8])
  case directory(mode: UInt16)
  /// The target, as bytes.
  case symlink([UInt8])
  /// A FIFO, socket or device: never made and never removed.
  case other(mode: UInt16)

  var type: Change.FileType? {
    switch self {
    case .absent: nil
    case .file: .file
    case .directory: .directory
    case .symlink: .symlink
    case .other: .other
    }
  }

  var mode: UInt16? {
    switch self {
    case .file(let mode, _, _), .directory(let mode), .other(let mode): mode
    case .absent, .symlink: nil
    }
  }

  var size: Int64? {
    if case .file(_, let size, _) = self { return size }
    return nil
  }

  var target: [UInt8]? {
    if case .symlink(let target) = self { return target }
    return nil
  }

  /// Whether the two differ in their permission bits alone.
  func differsOnlyInMode(from other: NodeState) -> Bool {
    switch (self, other) {
    case (.file(let mode, let size, let hash), .file(let otherMode, let otherSize, let otherHash)):
      mode != otherMode && size == otherSize && hash == otherHash
    case (.directory(let mode), .directory(let otherMode)): mode != otherMode
    default: false
    }
  }
}

extension NodeState {
  var json: JSON {
    switch self {
    case .absent: ["type": "absent"]
    case .file(let mode, let size, let hash):
      ["type": "file", "mode": .int(Int64(mode)), "size": .int(size), "hash": .string(hexadecimal(hash))]
    case .directory(let mode): ["type": "directory", "mode": .int(Int64(mode))]
    case .symlink(let target): ["type": "symlink", "target": JSON(bytes: target)]
    case .other(let mode): ["type": "other", "mode": .int(Int64(mode))]
    }
  }

  init?(json: JSON) {
    let mode = json["mode"]?.int.flatMap(UInt16.init(exactly:))
    switch (json["type"]?.string, mode) {
    case ("absent", _): self = .absent
    case ("file", let mode?):
      guard let size = json["size"]?.int, let hash = json["hash"]?.string.flatMap(Self.bytes) else { return nil }
      self = .file(mode: mode, size: size, hash: hash)
    case ("directory", let mode?): self = .directory(mode: mode)
    case ("symlink", _):
      guard let target = json["target"]?.bytes else { return nil }
      self = .symlink(target)
    case ("other", let mode?): self = .other(mode: mode)
    default: return nil
    }
  }

  private static func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
