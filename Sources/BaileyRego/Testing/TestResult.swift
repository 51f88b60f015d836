/// What became of one test.
package struct TestResult: Sendable {
  package enum Outcome: Sendable {
    case passed, failed, skipped
    case errored(RegoError)
  }

  package var file: String
  package var location: Location
  package var package: String
  package var name: String
  package var outcome: Outcome
  package var nanoseconds: Int
  /// By name, for tests of several cases.
  package var cases: [Case] = []
  /// It gave no `true`; with an error, too, if that only made an expression undefined.
  package var hasFailed = false
  /// Where a failed test stopped; one of several cases may have stopped at several.
  package var failures: [Failure] = []

  package struct Case: Sendable {
    package var name: String
    package var hasFailed: Bool
    package var cases: [Case] = []
  }

  /// The statement that did not hold, with what its variables were.
  package struct Failure: Sendable {
    package var location: Location
    package var text: String
    package var variables: [(name: String, value: String)]
  }

  package var isGood: Bool {
    switch outcome {
    case .failed, .errored: false
    case .passed, .skipped: true
    }
  }
}

extension TestResult.Case {
  /// Marks a path of cases as failed unless it is there; a parent fails with its child.
  static func add(_ path: ArraySlice<String>, to cases: inout [TestResult.Case]) {
    guard let name = path.first else { return }
    let index = cases.firstIndex { $0.name == name } ?? cases.count
    if index == cases.count { cases.append(TestResult.Case(name: name, hasFailed: true)) }
    if path.count > 1 {
      add(path.dropFirst(), to: &cases[index].cases)
      cases[index].hasFailed = cases[index].cases.contains { $0.hasFailed }
    }
  }

  /// Cases as the document of a test holds them: true by name, or further names.
  static func read(_ document: Value) -> [TestResult.Case] {
    guard document.tag == .object else { return [] }
    return (0..<document.count).map { index in
      let value = document.value(index)
      let inner = read(value)
      let hasFailed = value.tag == .object ? inner.contains { $0.hasFailed } : value.bits != Value.true.bits
      return TestResult.Case(name: caseName(document.item(index)), hasFailed: hasFailed, cases: inner)
    }
  }

  /// In bytes: what a case is called is the policy's to say.
  private static let maximumName = 4096

  static func caseName(_ value: Value) -> String {
    value.tag == .string ? String(value) : String(decoding: JSONWriter.write(value, limit: maximumName), as: UTF8.self)
  }
}
