extension JSON {
  /// Canonical JSON in which every character that a terminal would obey, or a person would not see, is an escape.
  package var shownText: String {
    var result = ""
    for scalar in canonicalText.unicodeScalars {
      if printable(String(scalar)) == String(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result
  }
}
