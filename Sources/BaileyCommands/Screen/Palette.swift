/// Colours of a terminal, or none.
///
/// Off unless the output is a terminal; `NO_COLOR` (no-color.org) and `TERM=dumb` turn it off there, too.
struct Palette: Sendable {
  var isOn: Bool

  static let none = Palette(isOn: false)

  init(isOn: Bool) { self.isOn = isOn }

  init(isTerminal: Bool, environment: [String: String]) {
    isOn = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  func red(_ text: String) -> String { paint(text, "31") }
  func green(_ text: String) -> String { paint(text, "32") }
  func yellow(_ text: String) -> String { paint(text, "33") }
  func cyan(_ text: String) -> String { paint(text, "36") }
  func bold(_ text: String) -> String { paint(text, "1") }

  private func paint(_ text: String, _ code: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
