/// A recursive-descent parser for Rego modules and queries.
///
/// Version 1 is the default; version 0 (bodies without `if`, sets as `p[x]`) is for modules that ask for it.
struct Parser {
  var lexer: Lexer
  var token: Token
  /// Where the token before ended: a call's parenthesis must follow its name at once.
  var previousEnd = 0
  var previousLine: Int32 = 1
  var depth = 0
  /// How many tokens were read; going back and forth is limited by it.
  private var work = 0
  /// After a limit there is no other reading to try.
  private(set) var hasGivenUp = false
  var isVersion1: Bool
  /// `in`, `if`, `contains` and `every` as keywords; in version 0 they are imported.
  var keywords: Set<Token.Kind>
  /// The place of a head that has neither value nor `contains`.
  var bareLocation: Location?
  var wildcards = 0
  /// Infix operators of the expression that is read, and how deep in it the reading is.
  var operators = 0
  var nesting = 0
  var uses = Module.Uses()
  let heap: Heap

  static let maximumDepth = 400
  /// In one expression: each is a level of the tree.
  static let maximumOperators = 400
  static let futureKeywords: Set<Token.Kind> = [.if, .in, .contains, .every]

  init(_ bytes: [UInt8], file: Int32, version1: Bool, heap: Heap) throws(RegoError) {
    do { _ = try UTF8Span(validating: bytes.span) } catch {
      throw RegoError(.parse, "invalid UTF-8", Location(of: error.byteOffsets.lowerBound, in: bytes, file: file))
    }
    lexer = Lexer(bytes, file: file)
    isVersion1 = version1
    keywords = version1 ? Self.futureKeywords : []
    self.heap = heap
    token = Token(kind: .end, start: 0, end: 0, location: Location())
    try advance()
  }

  mutating func advance() throws(RegoError) {
    work += 1
    if work > 10_000 + lexer.bytes.count * 4 {
      throw giveUp("module is too ambiguous to read")
    }
    previousEnd = token.end
    previousLine = lexer.here.line
    token = try lexer.next()
    if Self.futureKeywords.contains(token.kind), !keywords.contains(token.kind) { token.kind = .identifier }
  }

  /// Reads once more from an earlier place; the work done stays counted.
  mutating func goBack(to saved: Parser) {
    let (done, over) = (work, hasGivenUp)
    self = saved
    (work, hasGivenUp) = (done, over)
  }

  mutating func accept(_ kind: Token.Kind) throws(RegoError) -> Bool {
    guard token.kind == kind else { return false }
    try advance()
    return true
  }

  mutating func expect(_ kind: Token.Kind, _ what: String) throws(RegoError) {
    guard try accept(kind) else { throw unexpected("expected " + what) }
  }

  func unexpected(_ why: String = "") -> RegoError {
    let name = token.kind == .end ? "eof" : String(decoding: lexer.bytes[token.start..<token.end], as: UTF8.self)
    return RegoError(.parse, "unexpected \(name) token" + (why.isEmpty ? "" : ": " + why), token.location)
  }

  func problem(_ why: String) -> RegoError { RegoError(.parse, why, token.location) }

  /// A limit is reached: there is no other reading to try.
  mutating func giveUp(_ why: String) -> RegoError {
    hasGivenUp = true
    return problem(why)
  }

  mutating func descend() throws(RegoError) {
    depth += 1
    guard depth > Self.maximumDepth else { return }
    throw giveUp("max nesting depth exceeded")
  }

  /// A place that reaches to the end of the token before.
  func ended(_ location: Location) -> Location {
    var ended = location
    ended.end = Int32(previousEnd)
    return ended
  }

  /// A keyword that a bracket follows at once is a name where a rule or statement begins: `import["x"]`.
  mutating func readKeywordAsName() {
    guard token.isWord, token.end < lexer.bytes.count, lexer.bytes[token.end] == 0x5B else { return }
    token.kind = .identifier
  }

  /// The token's text as a handle.
  var tokenName: Value { heap.string(Array(lexer.bytes[token.start..<token.end])) }

  /// The same for a part of a reference: keywords may stand there.
  mutating func referenceName() -> Value {
    let name = tokenName
    if let kind = Token.keywords[String(name)], keywords.contains(kind) || !Self.futureKeywords.contains(kind) {
      uses.keywordInReference = uses.keywordInReference ?? token.location
    }
    return name
  }

  /// `input` or `data`, which nothing else may be called.
  var isRootName: Bool {
    let name = lexer.bytes[token.start..<token.end]
    return name.elementsEqual("input".utf8) || name.elementsEqual("data".utf8)
  }

  var isAttached: Bool { token.start == previousEnd }

  mutating func wildcard(_ location: Location) -> Term {
    defer { wildcards += 1 }
    return Term(.name(heap.string("$\(wildcards)")), location)
  }
}

extension Parser {
  mutating func module() throws(RegoError) -> Module {
    var module = Module(file: lexer.file)
    guard token.kind == .package else { throw problem("package expected") }
    module.packageLocation = token.location
    module.package = try packagePath()
    while token.kind != .end {
      readKeywordAsName()
      if token.kind == .import {
        try module.imports.append(importDeclaration())
      } else {
        module.rules += try rules()
      }
    }
    (module.isVersion1, module.uses) = (isVersion1, uses)
    return module
  }

  private mutating func packagePath() throws(RegoError) -> [Value] {
    try advance()
    guard token.isWord else { throw unexpected("expected identifier") }
    return try dottedPath()
  }

  /// `a.b["c"]`.
  private mutating func dottedPath() throws(RegoError) -> [Value] {
    var path = [referenceName()]
    try advance()
    while true {
      if token.kind == .dot, isAttached {
        try advance()
        guard token.isWord, isAttached else { throw unexpected("expected identifier") }
        path.append(referenceName())
        try advance()
      } else if token.kind == .leftBracket, isAttached {
        try advance()
        guard case .scalar(let value) = try term().node, value.tag == .string else {
          throw problem("path must be made of strings")
        }
        path.append(value)
        try expect(.rightBracket, "]")
      } else {
        return path
      }
    }
  }

  private mutating func importDeclaration() throws(RegoError) -> Import {
    let location = token.location
    try advance()
    guard token.isWord else { throw unexpected("expected identifier") }
    let path = try dottedPath()
    var alias: Value?
    if try accept(.as) {
      guard token.isWord, !isRootName else { throw unexpected("expected var") }
      alias = tokenName
      try advance()
    }
    let result = Import(path: path, alias: alias, location: location)
    try applyImport(path.map { String($0) }, location)
    return result
  }

  private mutating func applyImport(_ path: [String], _ location: Location) throws(RegoError) {
    switch (path.first, path.dropFirst().first) {
    case ("rego", "v1") where path.count == 2:
      if !isVersion1 { uses.importOfVersion1 = location }
      keywords = Self.futureKeywords
      isVersion1 = true
    case ("future", "keywords"): try importKeywords(path.dropFirst(2), location)
    case ("data", _), ("input", _): return
    default:
      throw RegoError(
        .parse, "unexpected import path, must begin with one of: {data, future, input, rego}, got: \(path[0])", location
      )
    }
    // The token ahead was read with the old keywords.
    if let kind = Token.keywords[String(tokenName)], keywords.contains(kind) { token.kind = kind }
  }

  private mutating func importKeywords(_ names: ArraySlice<String>, _ location: Location) throws(RegoError) {
    guard let name = names.first else {
      keywords = Self.futureKeywords
      return
    }
    guard let kind = Token.keywords[name], Self.futureKeywords.contains(kind) else {
      throw RegoError(.parse, "unexpected keyword, must be one of [contains every if in]", location)
    }
    keywords.insert(kind)
    if kind == .every { keywords.insert(.in) }
  }
}

extension String {
  /// The text of a string or number handle.
  package init(_ value: Value) {
    switch value.tag {
    case .string, .number: self.init(decoding: value.text, as: UTF8.self)
    case .integer: self.init(value.integer)
    default: self.init()
    }
  }
}
