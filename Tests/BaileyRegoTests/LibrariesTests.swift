import BaileyRego
import BaileyRegoLibraries
import Testing

/// What the builtins with libraries behind them do with bytes that nobody should send.
@Suite("Builtins refuse hostile bytes")
struct LibrariesTests {
  /// The answer to a builtin's call, as text.
  private func answer(_ query: String, _ input: String, seconds: Int = 1_800_000_000) throws -> String {
    let program = try Program.compile([], queries: ["x := " + query], registry: Libraries.registry)
    let machine = Machine(program)
    machine.prepare(nowNanoseconds: seconds * 1_000_000_000)
    let value = machine.heap.object([(machine.heap.string("v"), machine.heap.string(input))])
    do throws(RegoError) {
      return try machine.evaluate(input: value, strict: true).item(0)["x"].text
    } catch {
      return "error: " + error.message
    }
  }

  @Test("A pattern may not be long, deep or large in repetition")
  func patterns() throws {
    let long = String(repeating: "a", count: 70_000)
    #expect(try answer("regex.match(input.v, \"a\")", long).contains("expression too large"))
    #expect(try answer("regex.match(input.v, \"a\")", "((a{1000}){1000}){1000}").contains("invalid repeat count"))
    let classes = String(repeating: "(\\pL{1000})", count: 60)
    #expect(try answer("regex.match(input.v, \"a\")", classes).hasPrefix("error: "))
    let open = String(repeating: "(", count: 60_000)
    #expect(try answer("regex.match(input.v, \"a\")", open).hasPrefix("error: "))
    let nested = open + String(repeating: ")", count: 5_000)
    #expect(try answer("regex.is_valid(input.v)", nested) == "false")
  }

  @Test("A pattern that makes backtracking engines slow has its answer at once")
  func linearTime() throws {
    #expect(try answer("regex.match(\"^(a+)+$\", input.v)", String(repeating: "a", count: 100_000) + "b") == "false")
  }

  @Test("Globs are compared within a limit", arguments: ["[a-", "a**", String(repeating: "a", count: 2_000)])
  func globs(glob: String) throws {
    #expect(try answer("regex.globs_match(input.v, \"a\")", glob).hasPrefix("error: "))
  }

  @Test(
    "A token must have three parts, a known algorithm and no depth without end",
    arguments: [
      "", ".", "a.b", "a.b.c.d", "e30.e30", "!!!!.e30.e30", "W10.e30.", String(repeating: "A", count: 2_000_000) + "..",
    ])
  func tokens(token: String) throws {
    #expect(try answer("io.jwt.decode(input.v)", token).hasPrefix("error: "))
  }

  @Test(
    "An unsigned token is not verified, whatever its header says", arguments: ["none", "None", "HS256", "RS256", ""])
  func unsigned(algorithm: String) throws {
    let query = """
      io.jwt.decode_verify(concat(".", [base64url.encode_no_pad(sprintf("{\\"alg\\":\\"%s\\"}", [input.v])), "e30", ""]), {"secret": "s"})
      """
    #expect(try answer(query, algorithm) == "[false,{},{}]")
  }

  @Test("A token signed with a public key's text as secret is not verified")
  func confusion() throws {
    let key = """
      {"kty":"OKP","crv":"Ed25519","x":"wEZFfoAj1rFKTLOOmjJjVZlCHwksuvMb2I5y_hg70E8"}
      """
    let query = """
      io.jwt.decode_verify(io.jwt.encode_sign({"alg": "HS256"}, {}, {"kty": "oct", "k": base64url.encode_no_pad(input.v)}), {"cert": input.v})
      """
    #expect(try answer(query, key) == "[false,{},{}]")
  }

  @Test(
    "Malformed certificates are refused",
    arguments: ["", "A", "MIIC", "MIL/////", "MIQAAAAA", "MAA=", "MIAAAA==", "foo", "-----BEGIN CERTIFICATE-----"])
  func certificates(text: String) throws {
    let answer = try answer("crypto.x509.parse_certificates(input.v)", text)
    #expect(answer.hasPrefix("error: ") || answer == "[]")
    #expect(try self.answer("crypto.x509.parse_and_verify_certificates(input.v)", text) == "[false,[]]")
  }

  @Test("Truncated or changed certificates never stop the program")
  func damaged() throws {
    let der = try #require(Fixture.certificate)
    for cut in 0..<der.count {
      let text = Fixture.base64(Array(der[..<cut]))
      #expect(try answer("crypto.x509.parse_certificates(input.v)", text).hasPrefix("error: ") || cut == 0)
    }
    for place in der.indices {
      var changed = der
      changed[place] ^= 0xFF
      let answer = try answer("crypto.x509.parse_and_verify_certificates(input.v)", Fixture.base64(der + changed))
      #expect(answer.hasPrefix("[false") || answer.hasPrefix("error: "), "\(place)")
    }
  }

  @Test(
    "A certificate is valid from its first second to its last, by the decision's clock",
    arguments: [
      (1_795_284_388, false), (1_795_284_389, true), (1_800_000_000, true), (4_948_884_389, true),
      (4_948_884_390, false),
    ])
  func validity(seconds: Int, isValid: Bool) throws {
    let der = try #require(Fixture.certificate)
    let answer = try answer(
      "crypto.x509.parse_and_verify_certificates(input.v)[0]", Fixture.base64(der + der), seconds: seconds)
    #expect(answer == (isValid ? "true" : "false"))
  }

  @Test(
    "YAML that is broken, endless or grows without end is refused",
    arguments: [
      "a: [", "*x", "a: &x [*x]", "\t- a", String(repeating: "[", count: 5_000),
      String(repeating: "- ", count: 5_000) + "a",
      "a: .inf", "? [1]\n: 2",
    ])
  func yaml(text: String) throws {
    #expect(try answer("yaml.unmarshal(input.v)", text).hasPrefix("error: "))
    #expect(try answer("yaml.is_valid(input.v)", text) == "false")
  }

  @Test("A billion laughs are refused")
  func laughs() throws {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...9 {
      let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
      text += "a\(level): &a\(level) [\(names)]\n"
    }
    #expect(try answer("yaml.unmarshal(input.v)", text).contains("excessive aliasing"))
  }

  @Test("A schema may not fetch, be deep, or go round without end")
  func schemas() throws {
    #expect(try answer("json.verify_schema(input.v)", #"{"$ref": "http://example.org/schema"}"#).hasPrefix("[false"))
    let deep = String(repeating: #"{"not":"#, count: 500) + "{}" + String(repeating: "}", count: 500)
    #expect(try answer("json.verify_schema(input.v)", deep).hasPrefix("[false"))
    #expect(try answer("json.match_schema({}, input.v)", ##"{"$ref": "#"}"##).hasPrefix("error: "))
  }

  @Test(
    "A template may not be left open or nested without end",
    arguments: ["{{", "{{.a", "{{if .a}}", "{{end}}", "{{call .a}}"])
  func templates(text: String) throws {
    #expect(try answer("strings.render_template(input.v, {})", text).hasPrefix("error: "))
    let deep = String(repeating: "{{if .a}}", count: 500) + String(repeating: "{{end}}", count: 500)
    #expect(try answer("strings.render_template(input.v, {})", deep).hasPrefix("error: "))
  }
}

/// A self-signed certificate of an authority, made with openssl for these tests.
enum Fixture {
  static func base64(_ bytes: [UInt8]) -> String { String(decoding: Base64.encode(bytes), as: UTF8.self) }

  static var certificate: [UInt8]? { Hex.decode(Array(hex.utf8)) }

  private static let hex = """
    3082017030820115a003020102021429ad4538ec623b6e814a1a55358132247edd4483300a06082a8648ce3d040302300c310a30080603\
    5504030c01783020170d3236313132313138303632395a180f32313236313032383138303632395a300c310a300806035504030c017830\
    59301306072a8648ce3d020106082a8648ce3d0301070342000447f2d8c3d7f7dae71bd85e0abfc8c574f6ff8be506dc61a3f2746c8c73\
    d3fb59fd10262d384d636acb032ee857c55501c7a04955783176e565d22979f0b1f8c7a3533051301d0603551d0e041604149d3830c112\
    082fe6042a34ac86fb3811d2fd234f301f0603551d230418301680149d3830c112082fe6042a34ac86fb3811d2fd234f300f0603551d13\
    0101ff040530030101ff300a06082a8648ce3d04030203490030460221009dcbf1ab0c5c6442d9172a02e7405e90ab0de54d966ecf97c4\
    313c3ee51fe968022100a12b2305d167b3e096399d368abba3463855f758ae22b74293f087f01a88d2fa
    """
}
