/// A path component as the least careful file system or tool would read it.
///
/// Case is folded, code points that HFS+ ignores are dropped, and the spellings under which NTFS reaches `.git` are undone, because
/// an applied tree may be checked out, copied or shared elsewhere (git's own `is_hfs_dotgit` and `is_ntfs_dotgit` do the same).
package func foldedName(_ name: some Collection<UInt8>) -> String {
  var text = name.allSatisfy { $0 < 0x80 } ? asciiLowered(name) : unicodeFolded(name)
  if let stream = text.firstIndex(of: ":") { text = String(text[..<stream]) }
  while text.hasSuffix(" ") || (text.hasSuffix(".") && !text.allSatisfy { $0 == "." }) { text.removeLast() }
  return shortNames[text] ?? text
}

/// The 8.3 names that NTFS gives to the names that matter.
private let shortNames = [
  "git~1": ".git", "gitmod~1": ".gitmodules", "gi7eba~1": ".gitmodules", "gi7d29~1": ".gitattributes",
]

private func asciiLowered(_ name: some Collection<UInt8>) -> String {
  String(decoding: name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
}

private func unicodeFolded(_ name: some Collection<UInt8>) -> String {
  var result = ""
  for scalar in String(decoding: name, as: UTF8.self).unicodeScalars where !isIgnorable(scalar) {
    // Upper case first: U+017F (long s) and U+212A (Kelvin sign) meet their ASCII letters only that way round.
    result += scalar.properties.uppercaseMapping.unicodeScalars.map(\.properties.lowercaseMapping).joined()
  }
  return result
}

/// What HFS+ skips when it compares names (git's `next_hfs_char`).
private func isIgnorable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF: true
  default: false
  }
}
