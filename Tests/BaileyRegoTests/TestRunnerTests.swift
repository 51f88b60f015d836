import BaileyRego
import Testing

@Suite("Policy tests run as OPA's do")
struct TestRunnerTests {
  private static let policy = """
    package a

    default allow := false

    allow if {
    \tinput.action == "read"
    \tinput.n > 1
    \tnot blocked
    }

    blocked if input.bad

    f(x) := [y | some y in x; y > 1]
    """

  private static let tests = """
    package a_test

    import data.a

    test_ok if a.allow with input as {"action": "read", "n": 2}

    test_fail if {
    \tx := 3
    \ty := x + 1
    \ty == 5
    }

    test_twice if true

    test_twice if false

    todo_test_later if false

    test_cases[note] if {
    \tsome note, tc in {"one": {"n": 1, "want": 2}, "two": {"n": 2, "want": 4}, "x": {"n": 3, "want": 4}}
    \tgot := tc.n + 1
    \tgot == tc.want
    }

    test_builtin if startswith(input.q, "x") with input.q as 1

    test_conflict if c == 1

    c := data.one

    c := 2

    test_f if a.f([1, 2]) == [2]
    """

  private func runner() throws -> TestRunner {
    try TestRunner([
      Source(name: "a.rego", text: Array(Self.policy.utf8)), Source(name: "a_test.rego", text: Array(Self.tests.utf8)),
    ])
  }

  private func results(_ isWanted: @escaping (String) -> Bool = { _ in true }) throws -> [TestResult] {
    var options = TestRunner.Options()
    options.data = Array(#"{"one": 1}"#.utf8)
    options.isWanted = isWanted
    return try runner().run(options)
  }

  @Test("Each rule named as a test has a result of its own")
  func outcomes() throws {
    let found = try results().map { result in
      switch result.outcome {
      case .passed: result.name + " passed"
      case .failed: result.name + " failed"
      case .skipped: result.name + " skipped"
      case .errored(let error): result.name + " " + error.code.rawValue
      }
    }
    #expect(
      found == [
        "test_ok passed", "test_fail failed", "test_twice passed", "test_twice#01 failed", "todo_test_later skipped",
        "test_cases failed", "test_builtin eval_type_error", "test_conflict eval_conflict_error", "test_f passed",
      ])
  }

  @Test("A test of several cases names those that failed, and where")
  func cases() throws {
    let result = try #require(results { $0 == "data.a_test.test_cases" }.first)
    #expect(result.cases.map(\.name) == ["one", "two", "x"])
    #expect(result.cases.map(\.hasFailed) == [false, true, false])
    #expect(result.failures.map(\.text) == ["got == tc.want"])
    #expect(result.failures.first?.variables.map(\.value) == [#"{"n": 2, "want": 4}"#, "3"])
  }

  @Test("The statement that failed comes with its place and its variables")
  func failures() throws {
    let failure = try #require(results { $0.hasSuffix("test_fail") }.first?.failures.first)
    #expect(failure.location.line == 10)
    #expect(failure.text == "y == 5")
    #expect(failure.variables.map { $0.name + "=" + $0.value } == ["y=4"])
  }

  @Test("Only the tests that are asked for run")
  func filter() throws {
    #expect(try results { $0.contains("test_t") }.map(\.name) == ["test_twice", "test_twice#01"])
  }

  @Test("Coverage counts the lines that OPA counts")
  func coverage() throws {
    let runner = try runner()
    var options = TestRunner.Options()
    options.isWanted = { $0.hasSuffix("test_ok") || $0.hasSuffix("test_f") }
    _ = runner.run(options)
    let file = try #require(Coverage(runner).files.first)
    // The rule of line 11 was passed over, as OPA's index would.
    #expect(file.covered == [5...8, 13...13])
    #expect(file.missed == [3...3, 11...11])
    #expect(file.coveredLines == 5 && file.missedLines == 2)
  }

  @Test("Reports have OPA's fields, and escape what they quote")
  func reports() throws {
    let some = try results { $0.hasSuffix("test_cases") || $0.hasSuffix("later") }
    let json = String(decoding: TestReport.json(some), as: UTF8.self)
    #expect(
      json.contains(#""sub_results":{"one":{"name":"one"},"two":{"fail":true,"name":"two"},"x":{"name":"x"}}"#))
    #expect(json.contains(#""name":"todo_test_later","package":"data.a_test","skip":true"#))
    let pretty = TestReport.pretty(some, values: true)
    #expect(pretty.contains("  a_test.rego:22:\n    got == tc.want\n      tc: {\"n\": 2, \"want\": 4}\n      got: 3\n"))
    #expect(pretty.hasSuffix("FAIL: 1/2\nSKIPPED: 1/2\n"))
    let xml = TestReport.junit(try results { $0.hasSuffix("test_builtin") })
    #expect(xml.contains("<testsuite name=\"data.a_test\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">"))
    #expect(xml.contains("message=\"a_test.rego:25: eval_type_error: startswith: operand 1 must be string"))
  }

  @Test("Tests that do not compile are refused")
  func refusal() throws {
    #expect(throws: CompileFailure.self) {
      try TestRunner([Source(name: "a.rego", text: Array("package a\ntest_x if y == 1".utf8))])
    }
  }

  @Test("A test that does not end is stopped")
  func limits() throws {
    let text =
      "package a\ntest_x if count([1 | some i in numbers.range(1, 9999); some j in numbers.range(1, 9999)]) == 1"
    var options = TestRunner.Options()
    options.limits.steps = 10_000
    let result = try TestRunner([Source(name: "a.rego", text: Array(text.utf8))]).run(options).first
    guard case .errored(let error) = try #require(result).outcome else {
      Issue.record("no error")
      return
    }
    #expect(error.message == "instruction limit exceeded")
  }
}
