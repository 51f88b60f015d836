import BaileyCore
import BaileyWire

/// Shows what a project's manifest asks for, and takes the person's answer. Only `yes` in full is a yes.
struct TrustPrompt {
  var console: Console

  func agrees(to question: TrustQuestion) -> Bool {
    console.insist(Self.text(question))
    return console.ask("Agree? Type yes to agree, anything else to refuse: ") == "yes"
  }

  static func text(_ question: TrustQuestion) -> String {
    let head =
      "The project \(printable(question.project)) comes with a manifest that is new or has changed. It asks for:"
    let lines = question.summary.isEmpty ? ["  nothing"] : question.summary.map { "  " + printable($0) }
    return ([head] + lines + ["sha256 \(question.digest)"]).joined(separator: "\n")
  }
}
