/// Results and coverage in OPA's JSON.
package enum TestReport {
  package static func json(_ results: [TestResult]) -> [UInt8] {
    Heap.lending { heap in JSONWriter.write(heap.array(results.map { object(of: $0, heap) })) }
  }

  private static func object(of result: TestResult, _ heap: Heap) -> Value {
    var fields: [(String, Value)] = [
      ("location", place(result.file, result.location, heap)), ("package", heap.string(result.package)),
      ("name", heap.string(result.name)), ("duration", heap.integer(result.nanoseconds)),
    ]
    switch result.outcome {
    case .passed, .failed: break
    case .skipped: fields.append(("skip", .true))
    case .errored(let error): fields.append(("error", self.error(error, result.file, heap)))
    }
    if result.hasFailed { fields.append(("fail", .true)) }
    if !result.cases.isEmpty { fields.append(("sub_results", cases(result.cases, heap))) }
    return heap.object(fields: fields)
  }

  private static func place(_ file: String, _ location: Location, _ heap: Heap) -> Value {
    heap.object(fields: [
      ("file", heap.string(file)), ("row", heap.integer(Int(location.line))),
      ("col", heap.integer(Int(location.column))),
    ])
  }

  private static func error(_ error: RegoError, _ file: String, _ heap: Heap) -> Value {
    var fields = [("code", heap.string(error.code.rawValue)), ("message", heap.string(error.message))]
    if let location = error.location { fields.append(("location", place(file, location, heap))) }
    return heap.object(fields: fields)
  }

  private static func cases(_ cases: [TestResult.Case], _ heap: Heap) -> Value {
    heap.object(
      fields: cases.map { item in
        var fields = [("name", heap.string(item.name))]
        if item.hasFailed { fields.append(("fail", .true)) }
        if !item.cases.isEmpty { fields.append(("sub_results", Self.cases(item.cases, heap))) }
        return (item.name, heap.object(fields: fields))
      })
  }

  package static func json(_ coverage: Coverage) -> [UInt8] {
    Heap.lending { heap in JSONWriter.write(object(of: coverage, heap)) }
  }

  private static func object(of coverage: Coverage, _ heap: Heap) -> Value {
    let files = coverage.files.map { file in
      var fields = counts(file.coveredLines, file.missedLines, heap).filter { $0.1.bits != heap.integer(0).bits }
      if !file.covered.isEmpty { fields.append(("covered", ranges(file.covered, heap))) }
      if !file.missed.isEmpty { fields.append(("not_covered", ranges(file.missed, heap))) }
      return (file.name, heap.object(fields: fields))
    }
    return heap.object(
      fields: [("files", heap.object(fields: files))] + counts(coverage.coveredLines, coverage.missedLines, heap))
  }

  private static func counts(_ covered: Int, _ missed: Int, _ heap: Heap) -> [(String, Value)] {
    let percentage = Coverage.percentage(covered, missed)
    let whole = percentage == percentage.rounded()
    let text = whole ? String(Int(percentage)) : "\(percentage)"
    return [
      ("covered_lines", heap.integer(covered)), ("not_covered_lines", heap.integer(missed)),
      ("coverage", Number.make(Array(text.utf8)[...], heap)),
    ]
  }

  private static func ranges(_ ranges: [ClosedRange<Int>], _ heap: Heap) -> Value {
    heap.array(
      ranges.map { range in
        let ends = [("start", range.lowerBound), ("end", range.upperBound)]
        return heap.object(fields: ends.map { ($0.0, heap.object(fields: [("row", heap.integer($0.1))])) })
      })
  }
}

extension Heap {
  fileprivate func object(fields: [(String, Value)]) -> Value {
    object(fields.map { (key: string($0.0), value: $0.1) })
  }
}
