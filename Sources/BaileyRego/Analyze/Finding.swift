/// Something in modules that is allowed but surely not meant.
package struct Finding: Sendable {
  package enum Code: String, Sendable {
    case neverFires = "policy-rule-never-fires"
    case unused = "policy-rule-unused"
    case untested = "policy-deny-untested"
    case unknownField = "policy-input-unknown"
  }
  package var code: Code
  package var message: String
  package var location: Location
  package var hint: String
}
