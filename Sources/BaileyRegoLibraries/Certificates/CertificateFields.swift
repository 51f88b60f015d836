internal import BaileyRego

/// What the known extensions of a certificate say.
struct CertificateFields {
  struct Names {
    var domains: [String] = []
    var mails: [String] = []
    var addresses: [[UInt8]] = []
    var locators: [String] = []
    var isEmpty: Bool { domains.isEmpty && mails.isEmpty && addresses.isEmpty && locators.isEmpty }
  }

  var keyUsage = 0
  var basicConstraintsValid = false
  var isAuthority = false
  /// -1 when the extension sets none, 0 when there is no such extension.
  var maximumPathLength = 0
  var names = Names()
  var subjectKey: [UInt8] = []
  var authorityKey: [UInt8] = []
  var extendedUsages: [Int] = []
  var unknownUsages: [[Int]] = []
  var revocationLists: [String] = []
  var statusServers: [String] = []
  var issuerLocations: [String] = []
  var policies: [[Int]] = []
  var permitted: Names?
  var excluded: Names?
  var constraintsAreCritical = false
  var policyConstraints: [Int?] = [nil, nil]
  var inhibitAnyPolicy: Int?
  var policyMappings: [([Int], [Int])] = []
  var unhandledCritical: [[Int]] = []

  /// OPA's numbers of extended key usages are the places in this list.
  static let usages: [[Int]] =
    [[2, 5, 29, 37, 0]] + (1...9).map { [1, 3, 6, 1, 5, 5, 7, 3, $0] } + [
      [1, 3, 6, 1, 4, 1, 311, 10, 3, 3], [2, 16, 840, 1, 113730, 4, 1], [1, 3, 6, 1, 4, 1, 311, 2, 1, 22],
      [1, 3, 6, 1, 4, 1, 311, 61, 1, 1],
    ]

  var hasNameConstraints: Bool { permitted != nil || excluded != nil }

  init(_ extensions: [Certificate.Extension]) throws(BuiltinFailure) {
    for item in extensions {
      guard let isHandled = read(item) else { throw BuiltinFailure("x509: invalid extension") }
      if item.isCritical, !isHandled { unhandledCritical.append(item.identifier) }
    }
  }

  /// Nil for malformed contents.
  private mutating func read(_ item: Certificate.Extension) -> Bool? {
    var reader = DERReader(item.value)
    guard item.identifier.starts(with: [2, 5, 29]), item.identifier.count == 4 else {
      guard item.identifier == [1, 3, 6, 1, 5, 5, 7, 1, 1] else { return false }
      return access(&reader) ? true : nil
    }
    switch item.identifier[3] {
    case 14:
      return reader.next(DER.octetString).map { element in
        subjectKey = Array(element.content); return true
      }
    case 15: return usage(&reader) ? true : nil
    case 17: return alternatives(&reader)
    case 19: return constraints(&reader) ? true : nil
    case 30:
      constraintsAreCritical = item.isCritical
      return nameConstraints(&reader) ? true : nil
    case 31: return distribution(&reader) ? true : nil
    case 32: return policy(&reader) ? true : nil
    case 33: return mappings(&reader) ? true : nil
    case 35: return authority(&reader) ? true : nil
    case 36: return limits(&reader) ? true : nil
    case 37: return extended(&reader) ? true : nil
    case 54:
      return reader.next(DER.integer)?.smallInteger.map { value in
        inhibitAnyPolicy = value; return true
      }
    default: return false
    }
  }

  private mutating func usage(_ reader: inout DERReader) -> Bool {
    guard let bits = reader.next()?.bits else { return false }
    for place in 0..<9 where place / 8 < bits.bytes.count {
      let byte = bits.bytes[bits.bytes.startIndex + place / 8]
      if byte & (0x80 >> UInt8(place % 8)) != 0 { keyUsage |= 1 << place }
    }
    return true
  }

  private mutating func constraints(_ reader: inout DERReader) -> Bool {
    guard var inner = reader.next(DER.sequence)?.reader else { return false }
    isAuthority = inner.next(DER.boolean)?.content.first == 0xFF
    maximumPathLength = -1
    if let length = inner.next(DER.integer) {
      guard let value = length.smallInteger else { return false }
      maximumPathLength = value
    }
    basicConstraintsValid = true
    return true
  }

  private mutating func alternatives(_ reader: inout DERReader) -> Bool? {
    guard var inner = reader.next(DER.sequence)?.reader, let list = inner.all(limit: 1000) else { return nil }
    for element in list { guard Self.add(element, to: &names, isRange: false) else { return nil } }
    return !names.isEmpty
  }

  /// A general name; an address in a constraint comes with its mask.
  static func add(_ element: DERElement, to names: inout Names, isRange: Bool) -> Bool {
    let text = element.content.allSatisfy { $0 < 0x80 } ? String(decoding: element.content, as: UTF8.self) : nil
    switch element.tag {
    case 0x81: return text.map { names.mails.append($0) } != nil
    case 0x82: return text.map { names.domains.append($0) } != nil
    case 0x86: return text.map { names.locators.append($0) } != nil
    case 0x87:
      guard (isRange ? [8, 32] : [4, 16]).contains(element.content.count) else { return false }
      names.addresses.append(Array(element.content))
    default: break
    }
    return true
  }
}
