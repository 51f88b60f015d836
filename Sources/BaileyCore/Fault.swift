/// What a person is told when Bailey cannot, or will not, do a thing.
///
/// One type at every door. `code` is stable, kebab-case and has an entry in `docs/errors.md`. `why` and `hint` are lower case,
/// without a full stop, and never hold a secret.
package struct Fault: Error, Sendable, Equatable {
  package var code: String
  /// What the fault is about: a path, a host, a session; already made printable.
  package var subject: String?
  package var why: String
  package var hint: String?

  package init(_ code: String, subject: String? = nil, why: String, hint: String? = nil) {
    self.code = code
    self.subject = subject
    self.why = why
    self.hint = hint
  }
}

extension Fault: CustomStringConvertible {
  package var description: String {
    var text = subject.map { "\(printable($0)): \(why)" } ?? why
    text += " [\(code)]"
    if let hint { text += "\nhint: \(hint)" }
    return text
  }
}

extension Fault {
  /// The form in which a fault crosses the local API and appears under `--json`.
  package var json: JSON {
    var members: [String: JSON] = ["code": .string(code), "why": .string(why)]
    if let subject { members["subject"] = .string(printable(subject)) }
    if let hint { members["hint"] = .string(hint) }
    return .object(members)
  }

  package init?(json: JSON) {
    guard let code = json["code"]?.string, let why = json["why"]?.string else { return nil }
    self.init(code, subject: json["subject"]?.string, why: why, hint: json["hint"]?.string)
  }
}

/// The text with control characters, bidirectional overrides and other invisible characters written as `\u{…}`.
///
/// Whatever comes from an agent, a project or the network is shown to a person only through this.
package func printable(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    if isVisible(scalar) {
      result.unicodeScalars.append(scalar)
    } else {
      result += "\\u{" + String(scalar.value, radix: 16) + "}"
    }
  }
  return result
}

/// Bytes from an agent or a project, as `printable` text.
///
/// Where they are not UTF-8, every byte beyond ASCII is written as `\x{…}`: no two names look the same.
package func printable(_ bytes: some Collection<UInt8>) -> String {
  if let text = String(validating: bytes, as: UTF8.self) { return printable(text) }
  return bytes.map { byte in
    byte < 0x80 ? printable(String(Unicode.Scalar(byte))) : "\\x{" + String(byte, radix: 16) + "}"
  }.joined()
}

private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
  if scalar == " " { return true }
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
    return false
  default:
    return true
  }
}
