internal import BaileyCore
internal import BaileyRego

/// Why a tool did not do what it was asked: errors of the language, or something outside of it.
struct ToolFailure: Error {
  var problems: [Problem] = []
  var fault: Fault?

  init(_ fault: Fault) { self.fault = fault }

  init(_ problems: [Problem]) { self.problems = problems }

  static let nothingGiven = ToolFailure(
    Fault("policy-files-missing", why: "there is no module", hint: "name `.rego` files or a directory that has some"))

  static let noQuery = ToolFailure(
    Fault("policy-query-missing", why: "there is no query", hint: "for instance `data.policy.allow`"))

  func report(asJSON: Bool) {
    if asJSON { return Output.write(json.shownText + "\n") }
    for problem in problems { Output.complain(problem.text) }
    guard let fault else { return }
    let subject = fault.subject.map { printable($0) + ": " } ?? ""
    let hint = fault.hint.map { "\nhint: " + printable($0) } ?? ""
    Output.complain("bailey: \(subject)\(printable(fault.why)) [\(fault.code)]\(hint)")
  }

  /// The errors in OPA's form, with a hint where there is one.
  var json: JSON {
    var errors = problems.map(\.json)
    if let fault { errors.append(fault.json) }
    return ["v": 1, "ok": false, "errors": .array(errors)]
  }
}
