extension Registry {
  static let networks: [Builtin] = [
    Builtin("net.cidr_contains", 2) { (a, _) throws(BuiltinFailure) in
      let network = try network(try a.string(0))
      return Value(try contains(network, try a.string(1)))
    },
    Builtin("net.cidr_overlap", 2) { (a, _) throws(BuiltinFailure) in
      let network = try network(try a.string(0))
      return Value(try contains(network, try a.string(1)))
    },
    Builtin("net.cidr_intersects", 2) { (a, _) throws(BuiltinFailure) in
      let (left, right) = (try network(try a.string(0)), try network(try a.string(1)))
      return Value(left.contains(right.first) || right.contains(left.first))
    },
    Builtin("net.cidr_is_valid", 1) { (a, _) in
      Value(a[0].tag == .string && NetworkAddress(cidr: a[0].text) != nil)
    },
    Builtin("net.cidr_contains_matches", 2) { (a, c) throws(BuiltinFailure) in
      let (left, right) = (try candidates(a, 0, c.heap), try candidates(a, 1, c.heap))
      var found: [Value] = []
      for network in left {
        let address = try Registry.network(network.text)
        try c.spend(right.count)
        for other in right where try contains(address, other.text) {
          found.append(c.heap.array([network.key, other.key]))
        }
      }
      return c.heap.set(found)
    },
    Builtin("net.cidr_expand", 1) { (a, c) throws(BuiltinFailure) in
      let network = try network(try a.string(0))
      guard network.bits - network.prefix <= 20 else { throw BuiltinFailure("network too large", kind: .halt) }
      var (address, found) = (network.first, [Value]())
      for _ in 0..<(1 << (network.bits - network.prefix)) {
        try c.spend(1)
        found.append(c.heap.string(NetworkAddress.text(address)))
        address = incremented(address)
      }
      return c.heap.set(found)
    },
    Builtin("net.cidr_merge", 1) { (a, c) throws(BuiltinFailure) in
      var networks: [NetworkAddress] = []
      for item in try a.strings(0) { networks.append(try mergeable(item.text)) }
      return c.heap.set(merge(networks).map { c.heap.string($0.text) })
    },
  ]

  private static func network(_ text: Text) throws(BuiltinFailure) -> NetworkAddress {
    guard let network = NetworkAddress(cidr: text) else {
      throw BuiltinFailure("invalid CIDR address: \(String(decoding: text, as: UTF8.self))")
    }
    return network
  }

  private static func contains(_ network: NetworkAddress, _ text: Text) throws(BuiltinFailure) -> Bool {
    if let address = NetworkAddress.address(text) { return network.contains(address) }
    if let other = NetworkAddress(cidr: text) { return network.contains(other) }
    throw BuiltinFailure(
      "not a valid textual representation of an IP address or CIDR: \(String(decoding: text, as: UTF8.self))")
  }

  /// Strings, or arrays that begin with one, with what names each in the result.
  private static func candidates(
    _ a: Arguments, _ index: Int, _ heap: Heap
  ) throws(BuiltinFailure) -> [(key: Value, text: Text)] {
    func text(_ value: Value) throws(BuiltinFailure) -> Text {
      if value.tag == .string { return value.text }
      guard value.tag == .array, value.count > 0, value.item(0).tag == .string else {
        throw BuiltinFailure("operand \(index + 1): element must be string or non-empty array")
      }
      return value.item(0).text
    }
    var found: [(key: Value, text: Text)] = []
    switch a[index].tag {
    case .string: found.append((a[index], a[index].text))
    case .array: for (at, item) in a[index].items.enumerated() { found.append((Value(integer: at), try text(item))) }
    case .set: for item in a[index].items { found.append((item, try text(item))) }
    case .object: for pair in a[index].pairs { found.append((pair.key, try text(pair.value))) }
    default: throw a.mismatch(index, "one of {string, array, object, set}")
    }
    return found
  }

  private static func incremented(_ address: [UInt8]) -> [UInt8] {
    var next = address
    for index in next.indices.reversed() {
      next[index] &+= 1
      if next[index] != 0 { break }
    }
    return next
  }

  /// A bare IPv4 address has the mask of its class.
  private static func mergeable(_ text: Text) throws(BuiltinFailure) -> NetworkAddress {
    if let network = NetworkAddress(cidr: text) { return network }
    guard let address = NetworkAddress.address(text) else {
      throw BuiltinFailure("invalid CIDR address: \(String(decoding: text, as: UTF8.self))")
    }
    guard address.count == 4 else { throw BuiltinFailure("IPv6 invalid: needs prefix length") }
    let prefix = address[0] < 128 ? 8 : (address[0] < 192 ? 16 : 24)
    return NetworkAddress(bytes: address, prefix: prefix)
  }

  /// Drops what others contain and joins halves until nothing changes.
  private static func merge(_ networks: [NetworkAddress]) -> [NetworkAddress] {
    var stack: [NetworkAddress] = []
    let sorted = networks.sorted { left, right in
      if left.bytes.count != right.bytes.count { return left.bytes.count < right.bytes.count }
      if left.first != right.first { return left.first.lexicographicallyPrecedes(right.first) }
      return left.prefix < right.prefix
    }
    for network in sorted {
      if let last = stack.last, last.contains(network) { continue }
      stack.append(network)
      while stack.count > 1, let joined = joined(stack[stack.count - 2], stack[stack.count - 1]) {
        stack.removeLast(2)
        stack.append(joined)
      }
    }
    return stack
  }

  private static func joined(_ left: NetworkAddress, _ right: NetworkAddress) -> NetworkAddress? {
    guard left.prefix == right.prefix, left.prefix > 0, left.bytes.count == right.bytes.count else { return nil }
    let wider = NetworkAddress(bytes: left.first, prefix: left.prefix - 1)
    return wider.first == left.first && wider.contains(right) ? wider : nil
  }
}
