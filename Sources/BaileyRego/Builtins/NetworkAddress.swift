/// An IP address and network prefix, read as Go's `net` package reads them.
package struct NetworkAddress {
  /// 4 or 16 bytes.
  var bytes: [UInt8]
  var prefix: Int

  var bits: Int { bytes.count * 8 }

  /// IPv4 in IPv6 form counts as IPv4.
  package static func address(_ text: some Collection<UInt8>) -> [UInt8]? {
    let text = Array(text)
    guard text.contains(0x3A) else { return version4(text[...]) }
    guard let bytes = version6(text[...]) else { return nil }
    return bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF ? Array(bytes[12...]) : bytes
  }

  private static func version4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard !part.isEmpty, part.count <= 3, part.allSatisfy({ (0x30...0x39).contains($0) }),
        part.count == 1 || part.first != 0x30, let byte = UInt8(String(decoding: part, as: UTF8.self))
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func version6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var (rest, bytes, gap) = (text, [UInt8](), Int?.none)
    if rest.starts(with: [0x3A, 0x3A]) {
      gap = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty, bytes.count < 16 {
      let group = rest.prefix { $0 != 0x3A }
      if group.contains(0x2E) {
        guard let tail = version4(rest), bytes.count <= 12 else { return nil }
        bytes += tail
        rest = []
        break
      }
      guard !group.isEmpty, group.count <= 4, let value = UInt16(String(decoding: group, as: UTF8.self), radix: 16),
        group.allSatisfy({ StringLiteral.hexDigit($0) != nil })
      else { return nil }
      bytes += [UInt8(value >> 8), UInt8(value & 255)]
      rest = rest.dropFirst(group.count)
      guard rest.first == 0x3A else { break }
      rest = rest.dropFirst()
      if rest.first == 0x3A {
        guard gap == nil else { return nil }
        gap = bytes.count
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil
      }
    }
    guard rest.isEmpty else { return nil }
    if let gap {
      guard bytes.count < 16 else { return nil }
      bytes.insert(contentsOf: [UInt8](repeating: 0, count: 16 - bytes.count), at: gap)
    }
    return bytes.count == 16 ? bytes : nil
  }

  /// `address/prefix`; the address keeps its host bits.
  init?(cidr text: some Collection<UInt8>) {
    let parts = Array(text).split(separator: 0x2F, omittingEmptySubsequences: false)
    guard parts.count == 2, let address = Self.address(parts[0]), !parts[1].isEmpty, parts[1].count <= 3,
      parts[1].allSatisfy({ (0x30...0x39).contains($0) }), let prefix = Int(String(decoding: parts[1], as: UTF8.self)),
      prefix <= (parts[0].contains(0x3A) ? 128 : 32)
    else { return nil }
    bytes = address
    self.prefix = parts[0].contains(0x3A) && address.count == 4 ? max(0, prefix - 96) : prefix
  }

  init(bytes: [UInt8], prefix: Int) {
    self.bytes = bytes
    self.prefix = prefix
  }

  private func masked(_ set: Bool) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let kept = max(0, min(8, prefix - index * 8))
      let mask = kept == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF00 >> kept)
      return set ? byte | ~mask : byte & mask
    }
  }

  var first: [UInt8] { masked(false) }
  var last: [UInt8] { masked(true) }

  func contains(_ address: [UInt8]) -> Bool {
    address.count == bytes.count && NetworkAddress(bytes: address, prefix: prefix).first == first
  }

  func contains(_ other: NetworkAddress) -> Bool { contains(other.first) && contains(other.last) }

  var text: [UInt8] { Self.text(first) + Array("/\(prefix)".utf8) }

  package static func text(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.count == 4 { return Array(bytes.map { String($0) }.joined(separator: ".").utf8) }
    let groups = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
    var (start, length) = (0, 0)
    for index in groups.indices where groups[index] == 0 {
      let run = groups[index...].prefix { $0 == 0 }.count
      if run > length { (start, length) = (index, run) }
    }
    let words = groups.map { String($0, radix: 16) }
    if length < 2 { return Array(words.joined(separator: ":").utf8) }
    return Array(
      (words[..<start].joined(separator: ":") + "::" + words[(start + length)...].joined(separator: ":")).utf8)
  }
}
