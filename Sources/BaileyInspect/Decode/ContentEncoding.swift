/// How a protocol says that a body is encoded (RFC 9110, section 8.4.1).
public enum ContentEncoding: Sendable, Equatable {
  case gzip, deflate, brotli, zstd
  /// The inspection cannot take it off: that is a finding.
  case unknown

  /// As many as are taken off.
  static let most = 4

  /// Reads the value of `Content-Encoding`: names in the order in which they were applied. `identity` is none.
  public static func read(_ value: String) -> [ContentEncoding] {
    value.split(separator: ",").compactMap { part in
      switch part.filter({ $0 != " " && $0 != "\t" }).lowercased() {
      case "", "identity": nil
      case "gzip", "x-gzip": .gzip
      case "deflate": .deflate
      case "br": .brotli
      case "zstd": .zstd
      default: .unknown
      }
    }
  }

  var filter: Filter? {
    switch self {
    case .gzip: .inflate(.gzip)
    case .deflate: .deflate
    case .brotli: .inflate(.brotli)
    case .zstd: .inflate(.zstd)
    case .unknown: nil
    }
  }
}

extension Lane {
  /// Takes off what was declared, the last first. The bytes as they came are inspected, too: what was declared may be a lie.
  func declare(_ encodings: [ContentEncoding]) {
    guard !encodings.isEmpty else { return }
    let filters = encodings.suffix(ContentEncoding.most).reversed().map(\.filter)
    let known = filters.prefix { $0 != nil }.compactMap { $0 }
    if known.count < encodings.count {
      context.tellEvasion(
        "unknown-encoding", "Declared in an encoding that is not taken off", .likely, 0..<1, [])
    }
    open(known[...], at: 0, isDeclared: true)
  }
}
