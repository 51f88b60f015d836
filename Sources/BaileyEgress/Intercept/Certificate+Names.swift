import BaileyCore
import SwiftASN1
import X509

extension Certificate {
  var derBytes: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}

extension NamedHost {
  /// The one name that a leaf is for.
  var alternativeName: GeneralName {
    switch self {
    case .name(let name): .dnsName(name.text)
    case .address(let address): .ipAddress(ASN1OctetString(contentBytes: address.bytes[...]))
    }
  }
}

extension NameConstraints {
  /// Names and addresses of the rules that allow something; a host stands for what is below it as well.
  ///
  /// Where no rule has an address, or no rule a name, all of that kind is excluded.
  init(within rules: [NetworkRule]) {
    var (names, ranges) = ([GeneralName](), [GeneralName]())
    for rule in rules where rule.access != .deny {
      switch rule.target {
      case .host(let pattern): names.append(.dnsName(pattern.name.text))
      case .address(let range): ranges.append(.ipAddress(Self.octets(range.base.bytes, range.prefix)))
      }
    }
    let allNames: [GeneralName] = names.isEmpty ? [.dnsName("")] : []
    let allAddresses = [4, 16].filter { length in !rules.contains { $0.isAddress(ofLength: length) } }
      .map { GeneralName.ipAddress(Self.octets([UInt8](repeating: 0, count: $0), 0)) }
    self.init(permittedSubtrees: names + ranges, excludedSubtrees: allNames + allAddresses)
  }

  /// Address and mask, one after the other.
  private static func octets(_ base: [UInt8], _ prefix: Int) -> ASN1OctetString {
    let mask = base.indices.map { index in
      let bits = max(0, min(8, prefix - index * 8))
      return UInt8(truncatingIfNeeded: 0xFF00 >> bits)
    }
    return ASN1OctetString(contentBytes: (base + mask)[...])
  }
}

extension NetworkRule {
  fileprivate func isAddress(ofLength length: Int) -> Bool {
    guard access != .deny, case .address(let range) = target else { return false }
    return range.base.bytes.count == length
  }
}
