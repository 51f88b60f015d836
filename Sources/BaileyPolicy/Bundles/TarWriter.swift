import BaileyCore

/// Writes files as a ustar archive that is the same for the same files: no owner, no time.
struct TarWriter {
  static func archive(_ files: [(path: String, bytes: [UInt8])], subject: String) throws(Fault) -> [UInt8] {
    var out: [UInt8] = []
    for file in files {
      out += try header(file.path, file.bytes.count, subject)
      out += file.bytes
      out += [UInt8](repeating: 0, count: (512 - file.bytes.count % 512) % 512)
    }
    return out + [UInt8](repeating: 0, count: 1024)
  }

  private static func header(_ path: String, _ size: Int, _ subject: String) throws(Fault) -> [UInt8] {
    let (prefix, name) = try split(Array("/\(path)".utf8), subject)
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Collection<UInt8>, _ offset: Int) {
      for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
    }
    put(name, 0)
    put("0000600\0".utf8, 100)
    put("0000000\0".utf8, 108)
    put("0000000\0".utf8, 116)
    put(octal(size, 11), 124)
    put(octal(0, 11), 136)
    put("        0".utf8, 148)
    put("ustar\u{0}00".utf8, 257)
    put(prefix, 345)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], 148)
    return header
  }

  /// Digits with leading zeros; what follows is zero already.
  private static func octal(_ value: Int, _ count: Int) -> [UInt8] {
    let digits = Array(String(value, radix: 8).utf8)
    return [UInt8](repeating: 0x30, count: max(0, count - digits.count)) + digits
  }

  /// A name over 100 bytes is cut at a slash.
  private static func split(_ path: [UInt8], _ subject: String) throws(Fault) -> (prefix: [UInt8], name: [UInt8]) {
    if path.count <= 100 { return ([], path) }
    for (index, byte) in path.enumerated()
    where byte == 0x2F && index > 0 && index <= 155 && path.count - index - 1 <= 100 {
      return (Array(path[..<index]), Array(path[(index + 1)...]))
    }
    throw Fault("bundle-path", subject: subject, why: "a name is too long: \(String(decoding: path, as: UTF8.self))")
  }
}
