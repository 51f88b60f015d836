extension CertificateFields {
  mutating func nameConstraints(_ reader: inout DERReader) -> Bool {
    guard var inner = reader.next(DER.sequence)?.reader else { return false }
    for tag in [UInt8(0), 1] {
      guard var list = inner.next(DER.context(tag))?.reader else { continue }
      var names = Names()
      while !list.isAtEnd {
        guard var subtree = list.next(DER.sequence)?.reader, let base = subtree.next(),
          Self.add(base, to: &names, isRange: true)
        else { return false }
      }
      if tag == 0 { permitted = names } else { excluded = names }
    }
    return true
  }

  mutating func distribution(_ reader: inout DERReader) -> Bool {
    guard var points = reader.next(DER.sequence)?.reader else { return false }
    while !points.isAtEnd {
      guard var point = points.next(DER.sequence)?.reader else { return false }
      guard var name = point.next(DER.context(0))?.reader, var full = name.next(DER.context(0))?.reader else {
        continue
      }
      while let element = full.next() {
        if element.tag == 0x86 { revocationLists.append(String(decoding: element.content, as: UTF8.self)) }
      }
    }
    return true
  }

  mutating func access(_ reader: inout DERReader) -> Bool {
    guard var list = reader.next(DER.sequence)?.reader else { return false }
    while !list.isAtEnd {
      guard var item = list.next(DER.sequence)?.reader, let method = item.next(DER.objectIdentifier)?.identifier,
        let location = item.next()
      else { return false }
      guard location.tag == 0x86 else { continue }
      let text = String(decoding: location.content, as: UTF8.self)
      if method == [1, 3, 6, 1, 5, 5, 7, 48, 1] { statusServers.append(text) }
      if method == [1, 3, 6, 1, 5, 5, 7, 48, 2] { issuerLocations.append(text) }
    }
    return true
  }

  mutating func policy(_ reader: inout DERReader) -> Bool {
    guard var list = reader.next(DER.sequence)?.reader else { return false }
    while !list.isAtEnd {
      guard var item = list.next(DER.sequence)?.reader, let name = item.next(DER.objectIdentifier)?.identifier else {
        return false
      }
      policies.append(name)
    }
    return true
  }

  mutating func mappings(_ reader: inout DERReader) -> Bool {
    guard var list = reader.next(DER.sequence)?.reader else { return false }
    while !list.isAtEnd {
      guard var item = list.next(DER.sequence)?.reader, let issuer = item.next(DER.objectIdentifier)?.identifier,
        let subject = item.next(DER.objectIdentifier)?.identifier
      else { return false }
      policyMappings.append((issuer, subject))
    }
    return true
  }

  mutating func authority(_ reader: inout DERReader) -> Bool {
    guard var inner = reader.next(DER.sequence)?.reader else { return false }
    if let key = inner.next(DER.context(0, constructed: false)) { authorityKey = Array(key.content) }
    return true
  }

  mutating func limits(_ reader: inout DERReader) -> Bool {
    guard var inner = reader.next(DER.sequence)?.reader else { return false }
    for tag in [UInt8(0), 1] {
      guard let value = inner.next(DER.context(tag, constructed: false)) else { continue }
      guard let number = value.smallInteger else { return false }
      policyConstraints[Int(tag)] = number
    }
    return true
  }

  mutating func extended(_ reader: inout DERReader) -> Bool {
    guard var list = reader.next(DER.sequence)?.reader else { return false }
    while !list.isAtEnd {
      guard let name = list.next(DER.objectIdentifier)?.identifier else { return false }
      if let number = Self.usages.firstIndex(of: name) {
        extendedUsages.append(number)
      } else {
        unknownUsages.append(name)
      }
    }
    return true
  }
}
