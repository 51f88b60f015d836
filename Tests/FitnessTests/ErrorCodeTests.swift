import Testing

@Suite("Every error code is documented")
struct ErrorCodeTests {
  /// What a code stands behind in the sources: the initialisers of faults, reasons, refusals and issues, and the few functions that
  /// make them.
  private static let openings = [
    "Fault(", "Failure(", "SinkFailure(", "Reason(", "Refusal(", "ManifestIssue(", "issue(", "fail(", "fault(",
    "report(", "RuleIssue(code: ",
    ".init(code: ", "code ?? ",
  ]

  /// Words in the place of a code that are none: the key of a fault within a reply.
  private static let notCodes: Set<String> = ["fault"]

  private static func codes() throws -> Set<String> {
    var found: Set<String> = []
    for path in try Repository.files(below: "Sources", ending: ".swift") {
      let text = withoutComments(try Repository.text(path))
      for opening in openings {
        for argument in firstArguments(in: text, after: opening) { found.formUnion(codes(in: argument)) }
      }
    }
    return found.subtracting(notCodes)
  }

  private static func withoutComments(_ text: String) -> String {
    text.split(separator: "\n").filter { !$0.drop(while: { $0 == " " }).hasPrefix("//") }.joined(separator: "\n")
  }

  /// The text of each first argument; an effect before the code (`.deny,`) is passed over.
  private static func firstArguments(in text: String, after opening: String) -> [Substring] {
    var arguments: [Substring] = []
    let bytes = text.utf8
    var rest = text[...]
    while let range = rest.firstRange(of: opening) {
      let before = range.lowerBound == text.startIndex ? nil : bytes[bytes.index(before: range.lowerBound)]
      rest = rest[range.upperBound...]
      if opening.first?.isLetter == true, before.map(isWord) == true { continue }
      var argument = rest.drop(while: \.isWhitespace)
      for effect in [".deny,", ".ask,", ".allow,"] where argument.hasPrefix(effect) {
        argument = argument.dropFirst(effect.count)
      }
      arguments.append(argument.prefix(200).prefix { !",()".contains($0) })
    }
    return arguments
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }

  /// Literals of the shape of a code; two where a condition chooses.
  private static func codes(in argument: Substring) -> [String] {
    let parts = argument.split(separator: "\"", omittingEmptySubsequences: false)
    let literals = parts.indices.filter { $0 % 2 == 1 && $0 + 1 < parts.count }.map { parts[$0] }
    return literals.filter { literal in
      !literal.isEmpty && literal.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" }
    }.map(String.init)
  }

  private static func headings() throws -> [String] {
    let lines = try Repository.text("docs/errors.md").split(separator: "\n").filter { $0.hasPrefix("### `") }
    return lines.map { String($0.dropFirst(5).prefix(while: { $0 != "`" })) }
  }

  @Test("docs/errors.md has an entry for every code, and none for a code that is gone")
  func documentationIsComplete() throws {
    let codes = try Self.codes()
    let documented = Set(try Self.headings())
    #expect(codes.count > 150)
    #expect(codes.subtracting(documented).sorted() == [], "codes without an entry")
    #expect(documented.subtracting(codes).sorted() == [], "entries without a code")
  }

  @Test("No code has two entries, and each says what happened and what to do")
  func entriesAreWhole() throws {
    let headings = try Self.headings()
    #expect(headings.count == Set(headings).count)
    for entry in try Repository.text("docs/errors.md").split(separator: "### `").dropFirst() {
      let lines = entry.split(separator: "\n").dropFirst().prefix { !$0.hasPrefix("#") }
      let sentences = lines.joined(separator: " ").split(separator: ".").count
      #expect(sentences >= 1 && (lines.first ?? "").count > 20, "\(entry.prefix(30)) says too little")
    }
  }

  @Test(
    "A code is found in every spelling",
    arguments: [
      "Fault(\"a-b\", why: x)", "Fault(\n  \"a-b\",\n", "Reason(\n  .deny, \"a-b\", \"c\")", "Reason(.allow, \"a-b\")",
      "throw issue(\"a-b\", x)", "report(\n  y ? \"a-b\" : \"a-b\", z)", "x?.code ?? \"a-b\", d", "fail(\"a-b\")",
    ])
  func spellings(text: String) {
    let found = Self.openings.flatMap { Self.firstArguments(in: text, after: $0).flatMap(Self.codes) }
    #expect(Set(found) == ["a-b"])
  }
}
