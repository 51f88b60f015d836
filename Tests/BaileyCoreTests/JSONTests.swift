import BaileyCore
import Testing

@Suite struct JSONTests {
  @Test("The canonical form sorts members by UTF-16 and escapes as little as RFC 8785 asks")
  func canonical() throws {
    let value: JSON = ["b": 1, "a": [.null, true, -5], "\u{20ac}": "\u{1}\n\"\\/", "\u{1F600}": "x"]
    #expect(value.canonicalText == #"{"a":[null,true,-5],"b":1,"€":"\u0001\n\"\\/","😀":"x"}"#)
  }

  @Test("A supplementary character sorts before U+E000, as UTF-16 has it and code points do not")
  func utf16Order() {
    let value: JSON = ["\u{E000}": 1, "\u{1F600}": 2]
    #expect(value.canonicalText == "{\"\u{1F600}\":2,\"\u{E000}\":1}")
  }

  @Test(
    "What is parsed and written again is the same, whatever the white space",
    arguments: [
      #"{"a":[1,2,{"b":"c"}],"d":null}"#, "[]", "{}", "0", "-9223372036854775808", "9223372036854775807", #""\u0000""#,
    ])
  func roundTrip(text: String) throws {
    #expect(try JSON.parse(text).canonicalText == text)
    #expect(try JSON.parse(" \n" + text + "\t\r\n").canonicalText == text)
  }

  @Test("An escaped surrogate pair is one character")
  func surrogates() throws {
    #expect(try JSON.parse(#""\ud83d\ude00""#) == "😀")
  }

  @Test(
    "What parsers differ on is refused",
    arguments: [
      "", " ", "{", "[1,]", "{\"a\":1,}", "01", "-", "+1", "1 2", "nul", "truex", "'a'", "\"a", "\"\u{1}\"", #""\x""#,
      #""\ud83d""#, #""\udc00""#, #""\ud83d\u0041""#, #""\u12""#, "[1] []", "NaN", "//", "{1:2}", "\"\\u+123\"",
    ])
  func malformed(text: String) {
    #expect(throws: JSONError.self) { try JSON.parse(text) }
  }

  @Test("Duplicate keys, fractions, exponents and large integers each have their own error")
  func closedErrors() {
    #expect(throws: JSONError.duplicateKey("a")) { try JSON.parse(#"{"a":1,"\u0061":2}"#) }
    #expect(throws: JSONError.fraction(offset: 0)) { try JSON.parse("1.0") }
    #expect(throws: JSONError.fraction(offset: 1)) { try JSON.parse("[1e3]") }
    #expect(throws: JSONError.integerOutOfRange(offset: 0)) { try JSON.parse("9223372036854775808") }
    #expect(throws: JSONError.invalidUTF8(offset: 1)) { try JSON.parse([0x22, 0xC3, 0x28, 0x22]) }
    #expect(throws: JSONError.invalidUTF8(offset: 1)) { try JSON.parse([0x22, 0xED, 0xA0, 0x80, 0x22]) }
  }

  @Test("Depth and size have limits, and the last allowed depth still parses")
  func limits() throws {
    let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try JSON.parse(nested(65))
    #expect(throws: JSONError.tooDeep) { try JSON.parse(nested(66)) }
    #expect(throws: JSONError.tooDeep) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: JSONError.tooLarge) { try JSON.parse("[1,2]".utf8, maximumBytes: 4) }
  }

  @Test("Mutated texts are refused or parsed, and what is parsed has a stable canonical form")
  func mutations() throws {
    var random = Sequence64(seed: 7)
    let seed = Array(#"{"a":[1,-2,"x\u00e9\n",{"b":null,"c":[true,false]}],"d":"é"}"#.utf8)
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int(random.next() % 4 + 1) {
        let index = Int(random.next() % UInt64(bytes.count))
        bytes[index] = UInt8(truncatingIfNeeded: random.next())
      }
      guard let value = try? JSON.parse(bytes) else { continue }
      #expect(try JSON.parse(value.canonical) == value)
    }
  }
}

/// A fixed sequence of numbers (splitmix64), so that a failure can be repeated.
struct Sequence64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
