package import BaileyRego
import Glibc

// SAFETY: the stream is closed by the scope that opened it; the buffer lives for the call that fills it.

/// The system's time zones.
package enum TimeZones {
  private static let folder = "/usr/share/zoneinfo/"
  private static let maximumSize = 1 << 20

  /// The zone of an IANA name, nil when the system has none.
  package static func zone(_ name: String) -> TimeZone? {
    guard isName(name), let bytes = read(folder + name) else { return nil }
    return TimeZone(bytes)
  }

  /// Words with slashes between: nothing that could leave the folder.
  private static func isName(_ name: String) -> Bool {
    name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "+-_".utf8.contains(byte)
        }
    }
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard let stream = unsafe fopen(path, "re") else { return nil }
    defer { unsafe fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: maximumSize)
    let count = unsafe fread(&bytes, 1, bytes.count, stream)
    return Array(bytes[..<count])
  }
}
