import BaileyCore

/// A command's end with an exit code of its own.
struct Failure: Error {
  var code: Int32
  /// `nil` when everything has been said already.
  var fault: Fault?

  init(_ code: Int32, _ fault: Fault? = nil) {
    self.code = code
    self.fault = fault
  }

  init(_ fault: Fault) { self.init(Self.code(for: fault), fault) }

  /// Exit codes beside those of `run`: 1 failure, 2 usage, 3 denied, 5 conflict. `bailey log verify` itself ends with 6.
  static func code(for fault: Fault) -> Int32 {
    if isDenial(fault) { return 3 }
    switch fault.code {
    case "usage": return 2
    case "workspace-changed": return 5
    default: return 1
    }
  }

  /// A refusal by the gate names the verb that was refused.
  static func isDenial(_ fault: Fault) -> Bool {
    if fault.code == "manifest-untrusted" { return true }
    return fault.subject.flatMap(Verb.init(rawValue:)) != nil
  }
}

extension Fault {
  static func usage(_ why: String, hint: String? = nil) -> Fault { Fault("usage", why: why, hint: hint) }

  /// `bailey: subject: why [code]` and the hint on a line of its own, all of it printable.
  var shown: String {
    var text = "bailey: " + (subject.map { printable($0) + ": " } ?? "") + printable(why) + " [\(printable(code))]"
    if let hint { text += "\nhint: " + printable(hint) }
    return text
  }
}

extension Console {
  func show(_ fault: Fault) {
    if isJSON { write(["ok": false, "error": fault.json, "v": 1]) } else { insist(fault.shown) }
  }
}
