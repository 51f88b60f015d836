import Testing

@testable import BaileyInspect

@Suite("Known secret values")
struct KnownValueTests {
  private static let letters = Array(
    "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!@#$%^&*-_=+/\"'\\<>?".utf8)

  /// A value of so many bytes that no rule describes.
  static func value(_ count: Int) -> [UInt8] {
    var numbers = Numbers(state: UInt64(count) &* 0x1234_5678_9ABC_DEF1)
    return (0..<count).map { _ in letters.randomElement(using: &numbers) ?? 0x78 }
  }

  /// Bits of bytes as letters, of the whole text, as any program writes them.
  static func encoded(_ bytes: [UInt8], _ letters: String, _ bits: Int) -> [UInt8] {
    let alphabet = Array(letters.utf8)
    let all = bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
    return stride(from: 0, to: all.count, by: bits).map { start in
      let part = (0..<bits).map { start + $0 < all.count ? Int(all[start + $0]) : 0 }
      return alphabet[part.reduce(0) { $0 * 2 + $1 }]
    }
  }

  private static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  private static let lower = "abcdefghijklmnopqrstuvwxyz"

  /// The same text in every disguise, each with a name.
  static func forms(_ value: [UInt8]) -> [(name: String, text: [UInt8])] {
    let around = { (count: Int) in Array("xyzwv".utf8.prefix(count)) + value + Array("pq".utf8) }
    var forms: [(name: String, text: [UInt8])] = [("plain", value), ("reversed", value.reversed())]
    for shift in 0..<3 {
      forms.append(("base64 \(shift)", encoded(around(shift), upper + lower + "0123456789+/", 6)))
      forms.append(("base64url \(shift)", encoded(around(shift), upper + lower + "0123456789-_", 6)))
    }
    for shift in 0..<5 {
      forms.append(("base32 \(shift)", encoded(around(shift), upper + "234567", 5)))
      forms.append(("base32 lower \(shift)", encoded(around(shift), lower + "234567", 5)))
    }
    forms.append(("hex", encoded(around(1), "0123456789abcdef", 4)))
    forms.append(("HEX", encoded(around(1), "0123456789ABCDEF", 4)))
    forms.append(("rot13", value.map { Turned.rot13($0) }))
    forms.append(("UTF-16LE", value.flatMap { [$0, 0] }))
    forms.append(("UTF-16BE", value.flatMap { [0, $0] }))
    for separator in [" ", "-", "\n", "\r\n", ".", ", ", "', '", "\u{200B}"] {
      forms.append(
        ("letters \(separator.debugDescription)", Array(value.map { [$0] }.joined(separator: Array(separator.utf8)))))
    }
    return forms + escapes(value)
  }

  private static func escapes(_ value: [UInt8]) -> [(name: String, text: [UInt8])] {
    let hex = { (byte: UInt8) in encoded([byte], "0123456789abcdef", 4) }
    let isWord = { (byte: UInt8) in Bytes.isWord(byte) }
    let each = { (body: (UInt8) -> [UInt8]) in value.flatMap { body($0) } }
    return [
      ("percent", each { isWord($0) ? [$0] : [0x25] + hex($0) }), ("percent all", each { [0x25] + hex($0) }),
      ("json", each { [0x22, 0x5C].contains($0) ? [0x5C, $0] : [$0] }),
      ("json \\u", each { Array("\\u00".utf8) + hex($0) }),
      (
        "json \\u and \\",
        each {
          [0x22, 0x5C].contains($0)
            ? [0x5C, $0] : [0x26, 0x3C, 0x3E].contains($0) ? Array("\\u00".utf8) + hex($0) : [$0]
        }
      ),
      (
        "html",
        each {
          [0x26: "&amp;", 0x3C: "&lt;", 0x3E: "&gt;", 0x22: "&quot;", 0x27: "&#39;"][$0].map { Array($0.utf8) } ?? [$0]
        }
      ),
      ("html all", each { Array("&#x".utf8) + hex($0) + [0x3B] }), ("C", each { Array("\\x".utf8) + hex($0) }),
      ("bytes", Array(value.map { Array("0x".utf8) + hex($0) }.joined(separator: Array(", ".utf8)))),
      ("decimal", Array(value.map { Array(String($0).utf8) }.joined(separator: Array(", ".utf8)))),
      ("hex :", Array(value.map(hex).joined(separator: [0x3A]))),
      ("hex spaced", Array(value.map(hex).joined(separator: [0x20]))),
    ]
  }

  func options(_ values: [KnownValue]) -> InspectionOptions {
    var options = InspectionOptions()
    options.known = KnownValues(values)
    return options
  }

  private func inBytes(_ text: [UInt8], _ options: InspectionOptions) throws -> [Finding] {
    let inspection = Inspection(try Shared.rules.get(), options: options)
    for byte in text { inspection.feed([byte]) }
    return inspection.finish()
  }

  @Test(
    "A known value is found in every form, also in pieces of one byte",
    arguments: [8, 9, 10, 11, 13, 16, 20, 31, 40, 64, 65, 100, 300])
  func forms(count: Int) throws {
    let value = Self.value(count)
    let options = options([KnownValue(name: "TOKEN", value: value)])
    for (name, form) in Self.forms(value) {
      let text = Array("{\"a\": \"".utf8) + form + Array("\"}\n".utf8)
      let found = try Shared.find(text, options).filter { $0.rule == "known-value" }
      #expect(found.count == 1, "\(name), \(count)")
      #expect(
        found.allSatisfy {
          $0.tier == .certain && $0.notes["name"] == "TOKEN" && ($0.disguises.isEmpty == (form == value))
        }, "\(name)")
      #expect(try inBytes(text, options).filter { $0.rule == "known-value" } == found, "\(name), \(count)")
    }
  }

  static let key = """
    -----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
    MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
    NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s+CLOyS56YyCFGeJZ
    -----END PRIVATE KEY-----
    """

  @Test(
    "A value of several lines is found with other line ends and indents, and as a string of a program",
    arguments: ["\n", "\r\n", "\n    ", "\n\t", #"\n"#, #"\\n"#, #"\r\n"#, " ", "", "\\n\" +\n  \"", "\n> ", "\\n\\\n"])
  func lines(end: String) throws {
    let options = options([KnownValue(name: "KEY", value: Array((Self.key + "\n").utf8))])
    let text = "key: " + Self.key.split(separator: "\n").joined(separator: end) + end + "rest\n"
    let found = try Shared.find(Array(text.utf8), options)
    #expect(found.map(\.rule) == ["known-value"])
    #expect(try inBytes(Array(text.utf8), options) == found)
    let other = text.replacing("VMvDuictG", with: "VMvDuictX")
    #expect(try !Shared.find(Array(other.utf8), options).contains { $0.rule == "known-value" })
  }

  @Test("It wins over what a rule finds in the same place, and each place is told once")
  func once() throws {
    let token = "ghp_" + String(repeating: "Ab3dE5gH7j", count: 3) + "aB3dE5"
    let rules = try Shared.find("token: \(token)\n")
    #expect(rules.map(\.rule) == ["github-token"] || rules.count == 1)
    let options = options([
      KnownValue(name: "GITHUB", value: Array(token.utf8)), KnownValue(name: "ALSO", value: Array(token.utf8)),
    ])
    let twice = "token: \(token)\n" + String(repeating: "words and words\n", count: 700) + "again \(token)\n"
    let found = try Shared.find(Array(twice.utf8), options)
    #expect(found.map(\.rule) == ["known-value", "known-value"])
    #expect(found.allSatisfy { $0.notes["name"] == "GITHUB, ALSO" && $0.span.count == token.utf8.count })
    let wrapped = Self.encoded(
      Array("{\"auth\": \"\(token)\", \"more\": 1}".utf8), Self.upper + Self.lower + "0123456789+/", 6)
    #expect(try Shared.find(wrapped, options).map(\.rule) == ["known-value"])
  }

  @Test("Of values that hold each other the longest is told, and a small part of another secret hides it not")
  func nested() throws {
    let inner = "k7Jm2Xq9Lp", outer = "postgres://app:k7Jm2Xq9Lp@db.corp.net:5432/main"
    let options = options([
      KnownValue(name: "PASSWORD", value: Array(inner.utf8)), KnownValue(name: "URL", value: Array(outer.utf8)),
    ])
    #expect(try Shared.find(Array("a \(outer) b".utf8), options).map { $0.notes["name"] } == ["URL"])
    #expect(try Shared.find(Array("a \(inner) b".utf8), options).map { $0.notes["name"] } == ["PASSWORD"])
    let token = "ghp_" + String(repeating: "Ab3dE5gH7j", count: 3) + "aB3dE5"
    let part = self.options([KnownValue(name: "PART", value: Array("gH7jAb3dE".utf8))])
    let both = try Shared.find(Array("token: \(token)\n".utf8), part).map(\.rule)
    #expect(both.count >= 2 && both.contains("known-value") && both.contains { $0 != "known-value" })
  }

  @Test("A value on a block's border is found once, wherever it stands")
  func borders() throws {
    let value = Self.value(24)
    let options = options([KnownValue(name: "A", value: value)])
    for place in stride(from: 3000, to: 9400, by: 7) {
      let text = [UInt8](repeating: 0x20, count: place) + value + [UInt8](repeating: 0x20, count: 9000)
      let found = try Shared.find(text, options)
      #expect(found.map(\.span) == [place..<(place + 24)])
    }
  }

  @Test("Values that stand in any text are left out and told")
  func omitted() {
    let plain = [
      "", "short77", "password", "Password", "localhost", "123456789", "aaaaaaaaaaaaaaaa", "abababababab",
      "http://localhost:3000", "https://api.example.com/v1/",
      "changeme", "  x1y2z3  ", "development",
    ]
    let values = KnownValues(
      plain.enumerated().map { KnownValue(name: "N\($0.offset)", value: Array($0.element.utf8)) })
    #expect(values.isEmpty && values.omitted == plain.indices.map { "N\($0)" })
    let good = [
      "1234567891", "k7Jm2Xq9", "https://hooks.example.com/services/T0123/B0456/a8dhq72hd81hsd",
      "postgres://u:p@localhost/db", "\u{FF}a0-bc~d1",
    ]
    let kept = KnownValues(good.map { KnownValue(name: $0, value: Array($0.utf8)) })
    #expect(kept.omitted.isEmpty && kept.count == good.count)
    #expect(
      KnownValues([KnownValue(name: "LONG", value: Array(repeating: 0x61, count: 70_000) + [1, 2, 3])]).omitted == [
        "LONG"
      ])
  }

  @Test("Nothing prints a known value, and no finding holds it")
  func redacted() throws {
    let known = KnownValue(name: "A", value: Array("k7Jm2Xq9Lp4t".utf8))
    let values = KnownValues([known])
    var dumped = ""
    dump(known, to: &dumped)
    dump(values, to: &dumped)
    dump(try Shared.find(Array("a k7Jm2Xq9Lp4t".utf8), options([known])), to: &dumped)
    let all = "\(known) \(values) \(String(reflecting: known)) \(String(reflecting: values)) \(dumped)"
    #expect(all.contains("known-value") && !all.contains("k7Jm2Xq9Lp4t") && !all.contains("107"))
  }

  @Test("Other text is not touched, and hundreds of values find only themselves")
  func many() throws {
    let values = (0..<300).map { KnownValue(name: "V\($0)", value: Self.value(8 + $0 % 57) + Array(String($0).utf8)) }
    let all = KnownValues(values)
    #expect(all.omitted.isEmpty && all.size < 10 << 20, "\(all.size)")
    var options = InspectionOptions()
    options.known = all
    let text = disguiseCases.flatMap { $0.texts.flatMap { Base64Text.decode($0.utf8) ?? [] } }
    #expect(try !Shared.find(text, options).contains { $0.rule == "known-value" })
    for number in stride(from: 0, to: 300, by: 37) {
      let found = try Shared.find(Array("x ".utf8) + values[number].value + Array(" y".utf8), options)
      #expect(found.contains { $0.notes["name"] == "V\(number)" })
    }
  }
}
