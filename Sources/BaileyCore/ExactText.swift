/// A text that equals another only byte by byte, as names of files do.
///
/// To a String two spellings of é (NFC and NFD) are one, and a slash before a combining mark is no slash: the kernel knows neither.
package struct ExactText: Sendable, Hashable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(UInt8(0xFF))
  }
}

extension ExactText {
  /// Whether this path is `directory` or lies below it. Both absolute and normal.
  package func isPath(within directory: ExactText) -> Bool {
    directory.text == "/" ? isAbsolute : self == directory || relative(below: directory) != nil
  }

  /// What follows the directory in a path below it; `nil` for every other path.
  package func relative(below directory: ExactText) -> [UInt8]? {
    let prefix = directory.text == "/" ? "/" : directory.text + "/"
    return text.utf8.starts(with: prefix.utf8) ? Array(text.utf8.dropFirst(prefix.utf8.count)) : nil
  }

  package var isAbsolute: Bool { text.utf8.first == Self.slash }

  /// Names between slashes; empty ones are left out.
  package var components: [ExactText] {
    text.utf8.split(separator: Self.slash).map { ExactText(String(Substring($0))) }
  }

  /// The directory above an absolute, normal path; of the root the root.
  package var parent: ExactText {
    guard let end = text.utf8.lastIndex(of: Self.slash), end != text.startIndex else { return ExactText("/") }
    return ExactText(String(text[..<end]))
  }

  package static let slash = UInt8(ascii: "/")
}

extension Sequence<ExactText> {
  /// In the order of their bytes.
  package func sortedTexts() -> [String] {
    map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

extension Sequence<String> {
  package var exact: Set<ExactText> { Set(map { ExactText($0) }) }
}
