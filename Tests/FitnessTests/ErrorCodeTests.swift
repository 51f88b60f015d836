import Testing

@Suite("Every error code is documented")
struct ErrorCodeTests {
  /// Codes in the sources: the first literal of `Fault("…"` and of `Reason(.effect, "…"`.
  private static func codes() throws -> Set<String> {
    var found: Set<String> = []
    for path in try Repository.files(below: "Sources", ending: ".swift") {
      let text = try Repository.text(path)
      for opening in ["Fault(\"", "Fault(\n", "Reason(.deny, \"", "Reason(.ask, \"", "Reason(.allow, \""] {
        for piece in pieces(of: text, after: opening) {
          let start = piece.drop(while: { $0 == " " || $0 == "\n" || $0 == "\"" })
          let code = start.prefix(while: { $0.isLowercase || $0.isNumber || $0 == "-" })
          if start.dropFirst(code.count).first == "\"", code.contains("-") { found.insert(String(code)) }
        }
      }
    }
    return found
  }

  private static func pieces(of text: String, after opening: String) -> [Substring] {
    var pieces: [Substring] = []
    var rest = text[...]
    while let range = rest.firstRange(of: opening) {
      rest = rest[range.upperBound...]
      pieces.append(rest.prefix(120))
    }
    return pieces
  }

  private static func documented() throws -> Set<String> {
    let headings = try Repository.text("docs/errors.md").split(separator: "\n").filter { $0.hasPrefix("### `") }
    return Set(headings.map { String($0.dropFirst(5).prefix(while: { $0 != "`" })) })
  }

  @Test("docs/errors.md has an entry for every code, and none for a code that is gone")
  func documentationIsComplete() throws {
    let codes = try Self.codes()
    let documented = try Self.documented()
    #expect(codes.count > 20)
    #expect(codes.subtracting(documented).sorted() == [])
    #expect(documented.subtracting(codes).sorted() == [])
  }
}
