import BaileyInspect
import Glibc

/// Writes the findings of each file named on stdin: path, span, tier, kind, rule, disguises. Without files of rules the built-in ones find.
func list(_ files: ArraySlice<String>) throws {
  var given: [Rule] = []
  for file in files { given += try RuleSet.read(contents(file), file: file) }
  let rules = given.isEmpty ? try RuleSet() : try RuleSet(only: given)
  let scratch = InspectionScratch(rules)
  while let path = readLine() {
    for finding in Inspection.findings(in: contents(path), rules: rules, scratch: scratch) {
      let place = "\(path)\t\(finding.span.lowerBound)\t\(finding.span.upperBound)"
      let disguises = finding.disguises.joined(separator: ",")
      print("\(place)\t\(finding.tier.name)\t\(finding.kind.rawValue)\t\(finding.rule)\t\(disguises)")
    }
  }
}
