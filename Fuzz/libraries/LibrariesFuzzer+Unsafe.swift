import BaileyRego
import BaileyRegoLibraries

/// libFuzzer's door to the builtins that read foreign forms: DER, PEM, web tokens and keys, YAML, JSON Schema, templates, patterns.
///
/// The first byte says which; a byte 255 divides what has two parts.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLibraries(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let kind = bytes.first, let form = Form.all[kind] else { return 0 }
  form.run(bytes.dropFirst())
  return 0
}

/// The calls that read one form.
final class Form {
  private let machine: Machine
  private let calls: Int
  private let isBinary: Bool

  init(_ calls: [String], isBinary: Bool = false) {
    self.calls = calls.count
    self.isBinary = isBinary
    var limits = Limits()
    (limits.steps, limits.memory, limits.depth) = (200_000, 16 << 20, 60)
    do {
      let program = try Program.compile([], queries: calls.map { "x := " + $0 }, registry: Libraries.registry)
      machine = Machine(program, limits: limits)
    } catch {
      fatalError("\(error)")
    }
  }

  nonisolated(unsafe) static let all: [UInt8: Form] = [
    UInt8(ascii: "d"): Form(
      [
        "crypto.x509.parse_certificates(input[0])", "crypto.x509.parse_certificate_request(input[0])",
        "crypto.x509.parse_and_verify_certificates(input[0])", "crypto.parse_private_keys(input[0])",
      ], isBinary: true),
    UInt8(ascii: "p"): Form([
      "crypto.x509.parse_certificates(input[0])", "crypto.x509.parse_and_verify_certificates(input[0])",
      "crypto.parse_private_keys(input[0])", "crypto.x509.parse_rsa_private_key(input[0])",
      "crypto.x509.parse_keypair(input[0], input[1])", "io.jwt.verify_rs256(\"e30.e30.e30\", input[0])",
    ]),
    UInt8(ascii: "t"): Form([
      "io.jwt.decode(input[0])", "io.jwt.verify_hs256(input[0], input[1])", "io.jwt.verify_es256(input[0], input[1])",
      "io.jwt.decode_verify(input[0], {\"secret\": input[1]})", "io.jwt.decode_verify(input[0], {\"cert\": input[1]})",
    ]),
    UInt8(ascii: "k"): Form([
      "io.jwt.verify_rs256(\"e30.e30.e30\", input[0])", "io.jwt.encode_sign_raw(\"{}\", \"{}\", input[0])",
      "io.jwt.encode_sign({\"alg\": \"HS256\"}, {}, json.unmarshal(input[0]))",
    ]),
    UInt8(ascii: "y"): Form([
      "yaml.unmarshal(input[0])", "yaml.is_valid(input[0])", "yaml.marshal(yaml.unmarshal(input[0]))",
      "yaml.unmarshal(yaml.marshal(yaml.unmarshal(input[0]))) == yaml.unmarshal(input[0])",
    ]),
    UInt8(ascii: "s"): Form(["json.verify_schema(input[0])", "json.match_schema(input[1], input[0])"]),
    UInt8(ascii: "g"): Form([
      "strings.render_template(input[0], {\"a\": [1, \"b\", null], \"o\": {\"k\": true}})",
      "strings.render_template(input[0], json.unmarshal(input[1]))",
    ]),
    UInt8(ascii: "r"): Form([
      "regex.match(input[0], input[1])", "regex.find_all_string_submatch_n(input[0], input[1], -1)",
      "regex.replace(input[1], input[0], input[1])", "regex.split(input[0], input[1])",
      "regex.globs_match(input[0], input[1])", "regex.template_match(input[0], input[1], \"{\", \"}\")",
    ]),
  ]

  /// Each call ends within its limits, with an answer or an error, and gives the same again.
  func run(_ bytes: ArraySlice<UInt8>) {
    let parts = bytes.split(separator: 0xFF, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
    for call in 0..<calls {
      precondition(answer(call, parts) == answer(call, parts), "two calls with the same operands differ")
    }
  }

  private func answer(_ call: Int, _ parts: [[UInt8]]) -> [UInt8]? {
    machine.prepare(nowNanoseconds: 1_790_000_000_000_000_000, seed: 1)
    let heap = machine.heap
    let texts = (0..<2).map { index -> Value in
      let part = index < parts.count ? parts[index] : []
      return heap.string(isBinary ? Base64.encode(part) : Array(String(decoding: part, as: UTF8.self).utf8))
    }
    return try? machine.evaluate(query: call, input: heap.array(texts), strict: true).json(limit: 1 << 20)
  }
}
