extension TestReport {
  private static let line = String(repeating: "-", count: 80) + "\n"

  /// Results for people: what failed, then the counts. Passed tests are listed only if `verbose`.
  package static func pretty(_ results: [TestResult], verbose: Bool = false, values: Bool = false) -> String {
    var text = ""
    let failed = results.filter { !$0.isGood }
    if !failed.isEmpty, verbose || values {
      text += "FAILURES\n" + line
      for result in failed { text += summary(result) + failures(result, values: values) + "\n" }
      text += "SUMMARY\n" + line
    }
    var file = ""
    for result in results where verbose || !result.isGood {
      if result.file != file { text += (file.isEmpty ? "" : "\n") + result.file + ":\n" }
      file = result.file
      text += summary(result)
    }
    return text + (text.isEmpty ? "" : line) + counts(results)
  }

  private static func summary(_ result: TestResult) -> String {
    let time = " (" + duration(result.nanoseconds) + ")\n"
    let name = result.package + "." + result.name + ": "
    switch result.outcome {
    case .passed: return name + "PASS" + time + cases(result.cases, "  ")
    case .failed: return name + "FAIL" + time + cases(result.cases, "  ")
    case .skipped: return name + "SKIPPED\n"
    case .errored(let error):
      return name + "ERROR" + time + "  " + error.text(file: result.file) + "\n"
    }
  }

  private static func cases(_ cases: [TestResult.Case], _ indent: String) -> String {
    cases.reduce(into: "") { text, item in
      text += indent + item.name + ": " + (item.hasFailed ? "FAIL" : "PASS") + "\n"
      text += Self.cases(item.cases, indent + "  ")
    }
  }

  /// Each statement that stopped the test, with its variables below it.
  private static func failures(_ result: TestResult, values: Bool) -> String {
    result.failures.reduce(into: "") { text, failure in
      text += "\n  \(result.file):\(failure.location.line):\n"
      text += failure.text.split(separator: "\n", omittingEmptySubsequences: false)
        .reduce(into: "") { $0 += "    " + $1 + "\n" }
      guard values else { return }
      for (name, value) in failure.variables { text += "      \(name): \(value)\n" }
    }
  }

  private static func counts(_ results: [TestResult]) -> String {
    var counts: [(name: String, count: Int)] = [("PASS", 0), ("FAIL", 0), ("SKIPPED", 0), ("ERROR", 0)]
    for result in results {
      switch result.outcome {
      case .passed: counts[0].count += 1
      case .failed: counts[1].count += 1
      case .skipped: counts[2].count += 1
      case .errored: counts[3].count += 1
      }
    }
    return counts.filter { $0.count > 0 }.reduce(into: "") { $0 += "\($1.name): \($1.count)/\(results.count)\n" }
  }

  /// As Go prints a duration: `1.5ms`.
  static func duration(_ nanoseconds: Int) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")]
    guard let (unit, name) = units.first(where: { nanoseconds >= $0.0 }) else { return "\(nanoseconds)ns" }
    var digits = String(nanoseconds % unit + unit).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(nanoseconds / unit)" + (digits.isEmpty ? "" : "." + digits) + name
  }
}

extension TestReport {
  /// Results for build servers: a suite for each package.
  package static func junit(_ results: [TestResult]) -> String {
    var packages: [String] = []
    for result in results where !packages.contains(result.package) { packages.append(result.package) }
    let suites = packages.map { name in suite(name, results.filter { $0.package == name }) }
    return "<testsuites>\n" + suites.joined() + "</testsuites>\n"
  }

  private static func suite(_ name: String, _ results: [TestResult]) -> String {
    let failures = results.count { if case .failed = $0.outcome { true } else { false } }
    let errors = results.count { if case .errored = $0.outcome { true } else { false } }
    let skipped = results.count { if case .skipped = $0.outcome { true } else { false } }
    let counts = "tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
    return "  <testsuite name=\"\(escaped(name))\" \(counts)>\n" + results.map(testCase).joined() + "  </testsuite>\n"
  }

  private static func testCase(_ result: TestResult) -> String {
    let milliseconds = result.nanoseconds / 1_000_000
    let fraction = String(milliseconds % 1000 + 1000).dropFirst()
    let head =
      "    <testcase name=\"\(escaped(result.name))\" classname=\"\(escaped(result.file))\" "
      + "time=\"\(milliseconds / 1000).\(fraction)\""
    let place = "\(result.file):\(result.location.line)"
    switch result.outcome {
    case .passed: return head + "/>\n"
    case .skipped: return head + ">\n      <skipped message=\"todo\"/>\n    </testcase>\n"
    case .failed:
      let places = result.failures.map { "\(result.file):\($0.location.line): \($0.text)" }.joined(separator: "\n")
      return head + ">\n      <failure message=\"\(escaped(place))\">\(escaped(places))</failure>\n    </testcase>\n"
    case .errored(let error):
      return head + ">\n      <error message=\"\(escaped(error.text(file: result.file)))\"/>\n    </testcase>\n"
    }
  }

  /// Attribute or text; what XML cannot hold becomes U+FFFD.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { out, scalar in
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\n", "\t": out.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
  }
}

extension RegoError {
  /// With the name of the file it is about.
  fileprivate func text(file: String) -> String {
    let place = location.map { "\(file):\($0.line): " } ?? ""
    return place + code.rawValue + ": " + message
  }
}
