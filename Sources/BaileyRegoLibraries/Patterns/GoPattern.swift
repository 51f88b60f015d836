/// A pattern in Go's syntax, made into one that RE2's C++ library reads the same way.
///
/// Names of groups are taken out and kept here: Go allows `(?<name>` and equal names, the library does not.
struct GoPattern {
  private(set) var text: [UInt8] = []
  /// The names of the groups, "" for one without; the first is the whole match.
  private(set) var names: [String] = [""]
  private var rest: ArraySlice<UInt8>

  init(_ source: [UInt8]) throws(PatternError) {
    rest = source[...]
    text.reserveCapacity(source.count)
    while let byte = rest.first { try element(byte) }
  }

  private mutating func element(_ byte: UInt8) throws(PatternError) {
    switch byte {
    case 0x5C: try escape()
    case 0x5B: characterClass()
    case 0x28: try group()
    default: take(1)
    }
  }

  private mutating func take(_ count: Int) {
    text += rest.prefix(count)
    rest = rest.dropFirst(count)
  }

  private func next(_ offset: Int) -> UInt8? { rest.dropFirst(offset).first }

  private mutating func escape() throws(PatternError) {
    switch next(1) {
    case 0x43: throw PatternError("invalid escape sequence", "\\C")
    case 0x51: quoted()
    default: take(2)
    }
  }

  /// `\Q` to `\E`.
  private mutating func quoted() {
    take(2)
    while !rest.isEmpty, !(rest.first == 0x5C && next(1) == 0x45) { take(1) }
    take(2)
  }

  private mutating func characterClass() {
    take(next(1) == 0x5E ? 2 : 1)
    if rest.first == 0x5D { take(1) }
    while let byte = rest.first, byte != 0x5D {
      if byte == 0x5C {
        take(2)
      } else if byte == 0x5B, next(1) == 0x3A, let end = classNameEnd() {
        take(end)
      } else {
        take(1)
      }
    }
    take(1)
  }

  /// How long `[:name:]` is.
  private func classNameEnd() -> Int? {
    var (at, previous) = (2, UInt8(0))
    for byte in rest.dropFirst(2) {
      at += 1
      if previous == 0x3A, byte == 0x5D { return at }
      previous = byte
    }
    return nil
  }

  private mutating func group() throws(PatternError) {
    guard next(1) == 0x3F else {
      names.append("")
      return take(1)
    }
    if next(2) == 0x3C { return try named(3) }
    guard next(2) == 0x50 else { return take(2) }
    guard next(3) == 0x3C else { throw PatternError("invalid or unsupported Perl syntax", rest.prefix(3)) }
    try named(4)
  }

  private mutating func named(_ start: Int) throws(PatternError) {
    let name = rest.dropFirst(start).prefix { $0 != 0x3E }
    let end = start + name.count + 1
    guard !name.isEmpty, end <= rest.count, name.allSatisfy(Self.isWord) else {
      throw PatternError("invalid named capture", rest.prefix(end))
    }
    names.append(String(decoding: name, as: UTF8.self))
    text.append(0x28)
    rest = rest.dropFirst(end)
  }

  static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F
  }
}

/// Why text is no pattern, in Go's words.
struct PatternError: Error {
  let message: String

  init(_ what: String, _ part: some Collection<UInt8>) {
    message = "error parsing regexp: \(what): `\(String(decoding: part, as: UTF8.self))`"
  }

  init(_ what: String, _ part: String) { self.init(what, part.utf8) }
}
