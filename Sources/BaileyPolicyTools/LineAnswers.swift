internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego

/// Answers each line of standard input with a line, in order.
struct LineAnswers {
  let evaluation: Evaluation
  private static let maximumLine = 64 << 20

  /// Ends with 0 when every line was answered, errors among the answers included.
  func run() -> Int32 {
    var (rest, isTooLong) = ([UInt8](), false)
    while let part = try? Descriptor.lending(0, { (input) throws(Errno) in try input.read(upTo: 1 << 16) }),
      !part.isEmpty
    {
      var out: [UInt8] = []
      var lines = part.split(separator: 0x0A, omittingEmptySubsequences: false)
      let last = lines.removeLast()
      for line in lines {
        if !isTooLong { rest += line }
        out += isTooLong ? Self.tooLong : answer(rest)
        (rest, isTooLong) = ([], false)
      }
      if rest.count + last.count > Self.maximumLine { (rest, isTooLong) = ([], true) }
      if !isTooLong { rest += last }
      // Whoever writes line by line and waits must get the answer now.
      if !out.isEmpty { Output.write(out) }
    }
    if isTooLong || !rest.isEmpty { Output.write(isTooLong ? Self.tooLong : answer(rest)) }
    return 0
  }

  private static let tooLong = Array("{\"error\":\"the line is too long\"}\n".utf8)

  /// With its end of line; an empty line has no answer.
  private func answer(_ line: [UInt8]) -> [UInt8] {
    if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { return [] }
    do throws(RegoError) {
      return try evaluation.answers(line, show: text)
    } catch {
      let why = evaluation.problem(error).headline
      return Array("{\"error\":\(quoted(why.utf8))}\n".utf8)
    }
  }

  private func text(_ answers: [Answer], _ heap: Heap) -> [UInt8] {
    guard let first = answers.first else { return Array("{\"undefined\":true}\n".utf8) }
    if answers.count == 1 { return member("result", first.value(evaluation.query, heap)) }
    return member("results", heap.array(answers.map { $0.value(evaluation.query, heap) }))
  }

  private func member(_ name: String, _ value: Value) -> [UInt8] {
    Array("{\"\(name)\":".utf8) + JSONWriter.write(value) + Array("}\n".utf8)
  }
}
