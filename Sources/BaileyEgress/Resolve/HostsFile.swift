import BaileyCore
import BaileyLinux

/// The host's own table of names, hosts(5).
///
/// Read by ourselves, and before DNS: the C library finds nothing in it for a name with a trailing dot, and without that dot it would try
/// search domains. Lines that do not parse, and addresses with a zone, are passed over.
struct HostsFile: Sendable {
  private let lines: [Substring]

  static let limit = 4 << 20

  init(text: String) { lines = text.split(whereSeparator: \.isNewline) }

  /// Empty where the file is missing, unreadable or larger than 4 MiB.
  init(path: String) {
    let bytes = try? Descriptor.open(path).readAll(limit: Self.limit)
    self.init(text: String(decoding: bytes ?? [], as: UTF8.self))
  }

  /// In the order of the file, each once.
  func addresses(of name: HostName) -> [IPAddress] {
    var found: [IPAddress] = []
    for line in lines {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
      guard let first = words.first, words.dropFirst().contains(where: { Self.names($0, name) }),
        let address = try? IPAddress(String(first)), !found.contains(address)
      else { continue }
      found.append(address)
    }
    return found
  }

  private static func names(_ word: Substring, _ name: HostName) -> Bool { (try? HostName(String(word))) == name }
}
