internal import BaileyRego

/// A call of a builtin with one input, under strict errors.
struct CallCase {
  let item: Value
  let heap: Heap

  func failure(_ machine: Machine) -> String? {
    let (result, error) = (item["result", heap], item["error", heap])
    let given = ComparableText.of(item["input", heap], sorted: false)
    machine.prepare()
    do throws(RegoError) {
      let input = item["input", heap]
      let answer = try machine.evaluate(
        input: input.isUndefined ? .undefined : try input.copied(to: machine.heap), strict: true)
      if !error.isUndefined { return "\(given): wanted error \(String(error))" }
      if answer.count == 0 { return result.isUndefined ? nil : "\(given): undefined" }
      let got = answer.item(0)["x"].read { value, _ in ComparableText.of(value, sorted: false) }
      let wanted = result.isUndefined ? "undefined" : ComparableText.of(result, sorted: false)
      return got == wanted ? nil : "\(given): wanted \(wanted), got \(got)"
    } catch let failure {
      if error.isUndefined { return "\(given): error \(failure.message)" }
      let wanted = String(error)
      return !wanted.contains("eval_") || wanted.hasSuffix(failure.message)
        ? nil : "\(given): wanted \(wanted), got \(failure.message)"
    }
  }
}
