/// Lets through what only draws: text, colours, movements of the cursor.
///
/// A recording was written by the agent. What makes a terminal answer, write to the clipboard, change its title, its keys or its mouse,
/// or run a macro, is taken out: OSC, DCS, APC, PM and SOS strings, device queries, private modes but a few, C1 controls.
package struct TerminalFilter: Sendable {
  private enum State: Sendable {
    case text
    case escape([Unicode.Scalar])
    case sequence([Unicode.Scalar])
    /// Up to its end by BEL, ST, CAN or SUB, or an ESC, which begins another sequence as in a terminal.
    case string
  }

  /// Takes out all escape sequences and carriage returns, for what is no terminal.
  private let isPlain: Bool
  private var state = State.text

  package init(isPlain: Bool = false) { self.isPlain = isPlain }

  package mutating func pass(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { take(scalar, &result) }
    return String(result)
  }

  private mutating func take(_ scalar: Unicode.Scalar, _ result: inout String.UnicodeScalarView) {
    switch state {
    case .text: text(scalar, &result)
    case .escape(let begun): escape(begun, scalar, &result)
    case .sequence(let begun): sequence(begun, scalar, &result)
    case .string:
      switch scalar {
      case "\u{1B}": state = .escape([])
      case "\u{7}", "\u{18}", "\u{1A}", "\u{9C}": state = .text
      default: break
      }
    }
  }

  private mutating func text(_ scalar: Unicode.Scalar, _ result: inout String.UnicodeScalarView) {
    switch scalar {
    case "\u{1B}": state = .escape([])
    case "\n", "\t": result.append(scalar)
    case "\r", "\u{8}": if !isPlain { result.append(scalar) }
    // C0 and C1 controls, and characters that reorder the text around them.
    case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}",
      "\u{61C}":
      break
    default: result.append(scalar)
    }
  }

  private mutating func escape(
    _ begun: [Unicode.Scalar], _ scalar: Unicode.Scalar, _ result: inout String.UnicodeScalarView
  ) {
    state = .text
    switch scalar {
    case "\u{1B}": state = .escape([])
    case "[" where begun.isEmpty: state = .sequence([])
    case "]", "P", "X", "^", "_": if begun.isEmpty { state = .string }
    case " "..."/": if begun.count < 4 { state = .escape(begun + [scalar]) }
    // Save and restore the cursor, index, next line, reverse index; the sets of characters.
    case "7", "8", "D", "E", "M": if begun.isEmpty { draw([scalar], &result) }
    case "0", "A", "B": if begun == ["("] || begun == [")"] { draw(begun + [scalar], &result) }
    default: break
    }
  }

  private mutating func sequence(
    _ begun: [Unicode.Scalar], _ scalar: Unicode.Scalar, _ result: inout String.UnicodeScalarView
  ) {
    switch scalar {
    case "\u{1B}": state = .escape([])
    case " "..."?" where begun.count < 64: state = .sequence(begun + [scalar])
    case "@"..."~":
      state = .text
      if Self.draws(begun, scalar) { draw(["["] + begun + [scalar], &result) }
    default: state = .text
    }
  }

  private func draw(_ sequence: [Unicode.Scalar], _ result: inout String.UnicodeScalarView) {
    if isPlain { return }
    result.append("\u{1B}")
    result.append(contentsOf: sequence)
  }

  /// Cursor visible, wrap, alternate screen, synchronized output, origin.
  private static let modes: Set<String> = ["6", "7", "12", "25", "47", "1047", "1048", "1049", "2026"]

  private static func draws(_ parameters: [Unicode.Scalar], _ final: Unicode.Scalar) -> Bool {
    let isNumbers = parameters.allSatisfy { ("0"..."9").contains($0) || $0 == ";" || $0 == ":" }
    switch final {
    // 3 wipes what the viewer could scroll back to.
    case "J": return isNumbers && !parameters.split { $0 == ";" || $0 == ":" }.contains { Int(text($0)) == 3 }
    case "@", "A"..."M", "P", "S", "T", "X", "Z", "`", "a", "d", "e", "f", "m", "r", "s", "u": return isNumbers
    case "h", "l":
      guard parameters.first == "?" else { return parameters == ["4"] }
      return text(parameters.dropFirst()).split(separator: ";", omittingEmptySubsequences: false)
        .allSatisfy { modes.contains(String($0)) }
    case "q": return parameters.last == " " && parameters.dropLast().allSatisfy { ("0"..."9").contains($0) }
    default: return false
    }
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }
}
