/// The address of one stored piece of a tree (C2SP tlog-tiles): 256 hashes of one level, or the 256 entries below them.
public struct Tile: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Hashes of subtrees of 256^level leaves. `level` is 0...63 by the format; above 7 no 64-bit tree has any.
    case hashes(level: Int)
    case entries
  }

  /// Hashes or entries in a full tile.
  public static let fullWidth = 256

  public var kind: Kind
  public var index: UInt64
  /// 1...256; less than 256 is a partial tile, which is never hashed upward.
  public var width: Int

  public init(_ kind: Kind, index: UInt64, width: Int = Tile.fullWidth) {
    self.kind = kind
    self.index = index
    self.width = width
  }

  public var isPartial: Bool { width < Self.fullWidth }

  /// The tiles of one kind that a tree of `size` has, as it stands: full ones, then at most one partial one.
  public static func count(_ kind: Kind, size: UInt64) -> (full: UInt64, partialWidth: Int) {
    let items = kind.level >= 8 ? 0 : size >> UInt64(8 * kind.level)
    return (items >> 8, Int(items & 255))
  }

  /// The tile `index` as a tree of `size` has it; `nil` beyond its end.
  public init?(_ kind: Kind, index: UInt64, treeSize size: UInt64) {
    let (full, partialWidth) = Self.count(kind, size: size)
    if index < full {
      self.init(kind, index: index)
    } else if index == full, partialWidth > 0 {
      self.init(kind, index: index, width: partialWidth)
    } else {
      return nil
    }
  }
}

extension Tile.Kind {
  var level: Int {
    switch self {
    case .hashes(let level): level
    case .entries: 0
    }
  }

  /// The folder of the kind below the log's prefix: `tile/3` or `tile/entries`.
  public var folder: String {
    switch self {
    case .hashes(let level): "tile/\(level)"
    case .entries: "tile/entries"
    }
  }
}

extension Tile {
  /// The path below the log's prefix: `tile/0/x001/x234/067`, or with `.p/W` at its end for a partial one.
  public var path: String {
    let base = "\(kind.folder)/\(Self.indexPath(index))"
    return isPartial ? "\(base).p/\(width)" : base
  }

  /// The path of the folder that holds all partial forms of this tile.
  public var partialFolder: String { "\(kind.folder)/\(Self.indexPath(index)).p" }

  private static func indexPath(_ index: UInt64) -> String {
    let (rest, last) = index.quotientAndRemainder(dividingBy: 1000)
    let name = String(repeating: "0", count: last < 10 ? 2 : last < 100 ? 1 : 0) + String(last)
    return rest == 0 ? name : upperPath(rest) + "/" + name
  }

  private static func upperPath(_ index: UInt64) -> String {
    indexPath(index).split(separator: "/").map { $0.first == "x" ? String($0) : "x\($0)" }.joined(separator: "/")
  }

  /// Reads a path in exactly the form that `path` writes.
  public init?(path: String) {
    guard path.utf8.count <= 64 else { return nil }
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.popFirst() == "tile", let kindName = parts.popFirst(), let kind = Self.kind(kindName) else {
      return nil
    }
    var width = Self.fullWidth
    if let index = parts.indices.dropLast().last, parts[index].hasSuffix(".p") {
      guard let partial = parts.last.flatMap({ Int($0) }), (1..<Self.fullWidth).contains(partial) else { return nil }
      width = partial
      parts = parts.dropLast()
      parts[index] = parts[index].dropLast(2)
    }
    var index: UInt64 = 0
    for part in parts {
      guard let digits = UInt64(part.drop { $0 == "x" }), digits < 1000, index <= UInt64.max / 1000 - 1 else {
        return nil
      }
      index = index * 1000 + digits
    }
    self.init(kind, index: index, width: width)
    // Whatever else could be read into it, there is one spelling of each address.
    guard self.path.utf8.elementsEqual(path.utf8) else { return nil }
  }

  private static func kind(_ name: Substring) -> Kind? {
    if name == "entries" { return .entries }
    guard let level = Int(name), (0...63).contains(level) else { return nil }
    return .hashes(level: level)
  }
}
