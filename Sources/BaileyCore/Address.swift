/// Why a text is not an IP address or range in the one accepted spelling.
package enum AddressError: Error, Sendable, Equatable {
  case malformed
  case prefixTooLong
  case hostBitsSet
}

/// What an IP address is for; everything but `global` is refused unless a rule names it.
package enum AddressClass: String, Sendable {
  case global, unspecified, loopback, linkLocal, privateUse, sharedSpace, multicast, reserved, metadata
  /// An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4, Teredo): refused whole, since two stacks may read it differently.
  case embedded
}

/// An IPv4 or IPv6 address, in network byte order.
///
/// Parsed strictly: four decimal numbers without leading zeros (no `127.1`, `0x7f.1`, `2130706433`), or RFC 4291 text without a zone.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// 4 or 16 bytes.
  package let bytes: [UInt8]

  /// - Precondition: 4 or 16 bytes; anything else is `nil`.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  package init(_ text: String) throws(AddressError) {
    bytes = text.utf8.contains(UInt8(ascii: ":")) ? try Self.sixteen(text) : try Self.four(text)
  }

  package var isIPv4: Bool { bytes.count == 4 }

  package var description: String {
    if isIPv4 { return bytes.map { String($0) }.joined(separator: ".") }
    return Self.compressed(groups)
  }

  private var groups: [UInt16] {
    stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
  }

  private static func four(_ text: some StringProtocol) throws(AddressError) -> [UInt8] {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { throw .malformed }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        part.utf8.count == 1 || part.utf8.first != 0x30, let byte = UInt8(part)
      else { throw .malformed }
      bytes.append(byte)
    }
    return bytes
  }

  private static func sixteen(_ text: String) throws(AddressError) -> [UInt8] {
    guard text.utf8.count <= 45 else { throw .malformed }
    let halves = splitAtGap(text)
    guard halves.count <= 2 else { throw .malformed }
    let head = try groupBytes(halves[0], lastMayBeIPv4: halves.count == 1)
    guard halves.count == 2 else {
      guard head.count == 16 else { throw .malformed }
      return head
    }
    let tail = try groupBytes(halves[1], lastMayBeIPv4: true)
    guard head.count + tail.count <= 14 else { throw .malformed }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// The text split at each `::`.
  private static func splitAtGap(_ text: String) -> [String] {
    var halves = [""]
    var rest = Substring(text)
    while let first = rest.first {
      if rest.hasPrefix("::") {
        halves.append("")
        rest = rest.dropFirst(2)
      } else {
        halves[halves.count - 1].append(first)
        rest = rest.dropFirst()
      }
    }
    return halves
  }

  private static func groupBytes(_ text: String, lastMayBeIPv4: Bool) throws(AddressError) -> [UInt8] {
    if text.isEmpty { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if part.utf8.contains(UInt8(ascii: ".")), lastMayBeIPv4, index == parts.count - 1 {
        bytes += try four(part)
        continue
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHex), let group = UInt16(part, radix: 16) else {
        throw .malformed
      }
      bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
    }
    return bytes
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  /// RFC 5952: the longest run of two or more zero groups becomes `::`, the first of equals.
  private static func compressed(_ groups: [UInt16]) -> String {
    var best = 0..<0
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
      if index - start > max(best.count, 1) { best = start..<index }
      start = index + 1
    }
    let hex = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
    if best.isEmpty { return hex(groups[...]) }
    return hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
  }
}

extension IPAddress {
  /// IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and successors), and the cloud metadata addresses.
  package var addressClass: AddressClass {
    for (range, kind) in isIPv4 ? Self.specialIPv4 : Self.specialIPv6 where range.contains(self) { return kind }
    return isIPv4 || AddressRange.globalUnicast.contains(self) ? .global : .reserved
  }

  private static let specialIPv4: [(AddressRange, AddressClass)] = [
    (.known("169.254.169.254/32"), .metadata), (.known("100.100.100.200/32"), .metadata),
    (.known("0.0.0.0/8"), .unspecified), (.known("127.0.0.0/8"), .loopback), (.known("169.254.0.0/16"), .linkLocal),
    (.known("10.0.0.0/8"), .privateUse), (.known("172.16.0.0/12"), .privateUse),
    (.known("192.168.0.0/16"), .privateUse), (.known("100.64.0.0/10"), .sharedSpace),
    (.known("192.0.0.0/24"), .reserved), (.known("192.0.2.0/24"), .reserved), (.known("192.88.99.0/24"), .reserved),
    (.known("198.18.0.0/15"), .reserved), (.known("198.51.100.0/24"), .reserved),
    (.known("203.0.113.0/24"), .reserved), (.known("224.0.0.0/4"), .multicast), (.known("240.0.0.0/4"), .reserved),
  ]

  private static let specialIPv6: [(AddressRange, AddressClass)] = [
    (.known("fd00:ec2::254/128"), .metadata), (.known("::/128"), .unspecified), (.known("::1/128"), .loopback),
    (.known("::/96"), .embedded), (.known("::ffff:0:0/96"), .embedded), (.known("64:ff9b::/96"), .embedded),
    (.known("64:ff9b:1::/48"), .embedded), (.known("2002::/16"), .embedded), (.known("2001::/32"), .embedded),
    (.known("2001:db8::/32"), .reserved), (.known("2001::/23"), .reserved), (.known("3fff::/20"), .reserved),
    (.known("fc00::/7"), .privateUse), (.known("fe80::/10"), .linkLocal), (.known("fec0::/10"), .privateUse),
    (.known("ff00::/8"), .multicast),
  ]
}

/// An address and a prefix length; a bare address is a range of one.
package struct AddressRange: Sendable, Hashable, CustomStringConvertible {
  package let base: IPAddress
  package let prefix: Int

  package init(_ text: String) throws(AddressError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    base = try IPAddress(String(parts[0]))
    let width = base.bytes.count * 8
    guard parts.count == 2 else {
      prefix = width
      return
    }
    guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let length = Int(parts[1])
    else { throw .malformed }
    guard length <= width else { throw .prefixTooLong }
    prefix = length
    for bit in length..<width where base.bytes[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 { throw .hostBitsSet }
  }

  package func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == base.bytes.count else { return false }
    let whole = prefix / 8
    guard address.bytes[..<whole] == base.bytes[..<whole] else { return false }
    guard prefix % 8 != 0 else { return true }
    let mask = ~UInt8(0) << UInt8(8 - prefix % 8)
    return address.bytes[whole] & mask == base.bytes[whole] & mask
  }

  package var description: String { "\(base)/\(prefix)" }

  static let globalUnicast = known("2000::/3")

  /// For the constants in this file, which a test walks through.
  static func known(_ text: String) -> AddressRange {
    guard let range = try? AddressRange(text) else { preconditionFailure("malformed constant \(text)") }
    return range
  }
}
