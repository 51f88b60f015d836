internal import BaileyRego

/// Makes documents as Go's `encoding/json` shows its structures: an empty list is null, bytes are base64.
struct StructureBuilder {
  let heap: Heap

  func object(_ fields: KeyValuePairs<String, Value>) -> Value {
    heap.object(fields.map { (heap.string($0.key), $0.value) })
  }

  func text(_ text: String) -> Value { heap.string(text) }
  func bytes(_ bytes: some Collection<UInt8>) -> Value { heap.string(Base64.encode(bytes)) }
  func optional(_ bytes: [UInt8]) -> Value { bytes.isEmpty ? .null : self.bytes(bytes) }
  func list(_ items: [Value]) -> Value { items.isEmpty ? .null : heap.array(items) }
  func texts(_ items: [String]) -> Value { list(items.map { heap.string($0) }) }
  func arcs(_ arcs: [Int]) -> Value { heap.array(arcs.map { heap.integer($0) }) }
  func flag(_ value: Bool) -> Value { Value(value) }
  func count(_ value: Int) -> Value { heap.integer(value) }
  func dotted(_ arcs: [Int]) -> Value { heap.string(arcs.map { String($0) }.joined(separator: ".")) }

  /// A number given by its bytes, in decimal.
  func number(_ magnitude: [UInt8]) -> Value {
    (try? JSONReader.read(Self.decimal(magnitude), into: heap)) ?? .null
  }

  /// By blocks of nine digits; the numbers of keys are short enough for the square of their length.
  static func decimal(_ magnitude: [UInt8]) -> [UInt8] {
    var blocks: [UInt64] = [0]
    for byte in magnitude {
      var carry = UInt64(byte)
      for index in blocks.indices {
        let value = blocks[index] << 8 + carry
        blocks[index] = value % 1_000_000_000
        carry = value / 1_000_000_000
      }
      if carry > 0 { blocks.append(carry) }
    }
    let head = String(blocks.removeLast())
    return Array(
      blocks.reversed().reduce(head) { text, block in
        let digits = String(block)
        return text + String(repeating: "0", count: 9 - digits.count) + digits
      }.utf8)
  }

  /// A number in base64url, as web keys have it.
  func webNumber(_ magnitude: some Collection<UInt8>) -> Value { heap.string(GoBase64.encodeURL(Array(magnitude))) }
}

extension StructureBuilder {
  func key(_ key: PublicKey?) -> Value {
    switch key {
    case .rsa(let modulus, let exponent): object(["E": number(exponent), "N": number(modulus)])
    case .elliptic(_, let x, let y): object(["Curve": .emptyObject, "X": number(x), "Y": number(y)])
    case .ed25519(let bytes): self.bytes(bytes)
    case nil: .null
    }
  }

  func key(_ key: PrivateKey) -> Value {
    switch key {
    case .rsa(let numbers):
      let precomputed = object([
        "CRTValues": .emptyArray, "Dp": number(numbers[5]), "Dq": number(numbers[6]), "Qinv": number(numbers[7]),
      ])
      return object([
        "D": number(numbers[2]), "E": number(numbers[1]), "N": number(numbers[0]), "Precomputed": precomputed,
        "Primes": heap.array([number(numbers[3]), number(numbers[4])]),
      ])
    case .elliptic(_, let scalar, let x, let y):
      return object(["Curve": .emptyObject, "D": number(scalar), "X": number(x), "Y": number(y)])
    case .ed25519(let seed, let publicKey): return bytes(seed + publicKey)
    }
  }

  /// RFC 7518, 6.
  func webKey(_ key: PrivateKey) -> Value {
    switch key {
    case .rsa(let numbers):
      let names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"]
      let fields = zip(names, numbers).map { (heap.string($0.0), webNumber($0.1)) }
      return heap.object(fields + [(heap.string("kty"), text("RSA"))])
    case .elliptic(let curve, let scalar, let x, let y):
      return object([
        "crv": text(curve.rawValue), "d": webNumber(scalar), "kty": text("EC"), "x": webNumber(x), "y": webNumber(y),
      ])
    case .ed25519(let seed, let publicKey):
      return object(["crv": text("Ed25519"), "d": webNumber(seed), "kty": text("OKP"), "x": webNumber(publicKey)])
    }
  }

  func number(of key: PublicKey?) -> Value {
    switch key {
    case .rsa: count(1)
    case .elliptic: count(3)
    case .ed25519: count(4)
    case nil: count(0)
    }
  }
}
