import BaileyCore
import Testing

@Suite struct AddressTests {
  @Test(
    "Only one spelling of an IPv4 address is read",
    arguments: [
      "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.01", "0177.0.0.1", "127.0.0.1.", " 127.0.0.1", "127.0.0.256",
      "1.2.3", "1.2.3.4.5",
      "", "1..2.3", "-1.2.3.4", "+1.2.3.4", "1.2.3.4\u{0}", "１.2.3.4", "1.2.3.a", "127.0.0.1%lo",
    ])
  func ipv4(text: String) {
    #expect(throws: AddressError.malformed) { try IPAddress(text) }
  }

  @Test(
    "IPv6 is written as RFC 5952 says",
    arguments: [
      ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:0:0:0:0:0:0:0", "1::"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("::ffff:1.2.3.4", "::ffff:102:304"),
      ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("0001::", "1::"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("0:0:1:0:0:0:1:0", "0:0:1::1:0"),
    ])
  func ipv6(text: String, normal: String) throws {
    #expect(try IPAddress(text).description == normal)
    #expect(try IPAddress(normal) == IPAddress(text))
  }

  @Test(
    "Malformed IPv6 is refused",
    arguments: [
      ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%eth0", "::1.2.3",
      "::1.2.3.4.5",
      "1.2.3.4::", ":1", "1:", "::01.2.3.4", "[::1]", "1:2:3:4:5:6:7::8:9", "::-1", "::+1",
    ])
  func malformedIPv6(text: String) {
    #expect(throws: AddressError.self) { try IPAddress(text) }
  }

  @Test(
    "Special ranges are known, first and last address each",
    arguments: [
      ("169.254.169.254", AddressClass.metadata), ("100.100.100.200", .metadata), ("fd00:ec2::254", .metadata),
      ("0.0.0.0", .unspecified), ("0.255.255.255", .unspecified), ("127.0.0.0", .loopback),
      ("127.255.255.255", .loopback),
      ("10.0.0.0", .privateUse), ("10.255.255.255", .privateUse), ("172.16.0.0", .privateUse),
      ("172.31.255.255", .privateUse),
      ("192.168.0.0", .privateUse), ("192.168.255.255", .privateUse), ("100.64.0.0", .sharedSpace),
      ("100.127.255.255", .sharedSpace),
      ("169.254.0.0", .linkLocal), ("169.254.255.255", .linkLocal), ("198.18.0.0", .reserved),
      ("198.19.255.255", .reserved),
      ("192.0.2.1", .reserved), ("198.51.100.1", .reserved), ("203.0.113.1", .reserved), ("192.0.0.1", .reserved),
      ("192.88.99.1", .reserved), ("224.0.0.0", .multicast), ("239.255.255.255", .multicast), ("240.0.0.0", .reserved),
      ("255.255.255.255", .reserved), ("::", .unspecified), ("::1", .loopback), ("::ffff:127.0.0.1", .embedded),
      ("::ffff:8.8.8.8", .embedded), ("::8.8.8.8", .embedded), ("64:ff9b::7f00:1", .embedded),
      ("64:ff9b:1::1", .embedded),
      ("2002:7f00:1::", .embedded), ("2001:0:1::", .embedded), ("2001:db8::1", .reserved), ("2001:2::1", .reserved),
      ("3fff::1", .reserved), ("fc00::", .privateUse), ("fdff::1", .privateUse), ("fe80::1", .linkLocal),
      ("febf::1", .linkLocal),
      ("fec0::1", .privateUse), ("ff02::1", .multicast), ("4000::1", .reserved), ("1::", .reserved),
    ])
  func special(text: String, kind: AddressClass) throws {
    #expect(try IPAddress(text).addressClass == kind)
  }

  @Test(
    "Neighbours of special ranges are global",
    arguments: [
      "8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "100.63.255.255",
      "100.128.0.0",
      "198.17.255.255", "198.20.0.0", "223.255.255.255", "126.255.255.255", "128.0.0.0", "2606:4700::1111", "2a00::1",
      "3ffe::1",
    ])
  func global(text: String) throws {
    #expect(try IPAddress(text).addressClass == .global)
  }

  @Test("A range has no bits beyond its prefix and contains exactly its addresses")
  func ranges() throws {
    let range = try AddressRange("10.1.2.0/23")
    #expect(range.contains(try IPAddress("10.1.3.255")))
    #expect(!range.contains(try IPAddress("10.1.4.0")))
    #expect(!range.contains(try IPAddress("::ffff:10.1.2.3")))
    #expect(try AddressRange("0.0.0.0/0").contains(IPAddress("255.255.255.255")))
    #expect(try AddressRange("::1").description == "::1/128")
    #expect(throws: AddressError.hostBitsSet) { try AddressRange("10.1.2.0/22") }
    #expect(throws: AddressError.prefixTooLong) { try AddressRange("10.0.0.0/33") }
    for text in ["10.0.0.0/", "10.0.0.0/08x", "10.0.0.0/-1", "10.0.0.0/8/8", "/8", "10.0.0.0/+8"] {
      #expect(throws: AddressError.malformed) { try AddressRange(text) }
    }
  }

  @Test("Bytes of another length are no address", arguments: [0, 3, 5, 15, 17])
  func lengths(count: Int) {
    #expect(IPAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
  }
}
