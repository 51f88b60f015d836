/// Something in modules that is allowed but surely not meant.
package struct Finding: Sendable {
  /// Stable; `docs/errors.md` has an entry for each.
  package var code: String
  package var message: String
  package var location: Location
  package var hint: String
}

extension Finding {
  static func neverFires(_ message: String, _ location: Location, hint: String) -> Finding {
    .init(code: "policy-rule-never-fires", message: message, location: location, hint: hint)
  }

  static func unused(_ message: String, _ location: Location, hint: String) -> Finding {
    .init(code: "policy-rule-unused", message: message, location: location, hint: hint)
  }

  static func untested(_ message: String, _ location: Location, hint: String) -> Finding {
    .init(code: "policy-deny-untested", message: message, location: location, hint: hint)
  }

  static func unknownField(_ message: String, _ location: Location, hint: String) -> Finding {
    .init(code: "policy-input-unknown", message: message, location: location, hint: hint)
  }
}
