internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego

struct Bench: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how long a query takes.",
    discussion: """
      Modules and data are compiled once; each run reads the input and answers the query. The median is over 25 parts of all runs.

      EXAMPLES
        bailey policy bench --data policy.rego --input input.json data.policy.allow
        bailey policy bench --count 1000000 --json --data policy.rego data.policy.allow
      """)

  @OptionGroup var policy: PolicyOptions
  @Option(name: .shortAndLong, help: "The input: a JSON or YAML file.", completion: .file())
  var input: String?
  @Option(name: .shortAndLong, help: "How many runs to measure.")
  var count = 10_000
  @Flag(name: .long, help: "Print versioned JSON.")
  var json = false
  @Argument(help: "The query, and files of modules and data.", completion: .file())
  var words: [String]

  var isJSON: Bool { json }

  func validate() throws {
    guard (25...100_000_000).contains(count) else { throw ValidationError("--count is from 25 to 100000000") }
  }

  func execute() throws(ToolFailure) -> Int32 {
    let (query, paths) = QueryWords.split(words)
    guard let query else { throw .noQuery }
    let start = Clock.monotonic
    let evaluation = try Evaluation(
      policy.files(paths), query: query, registry: policy.registry(), limits: policy.limits)
    let load = Clock.monotonic - start
    let input = try InputFile.read(input)
    do throws(RegoError) {
      show(try measure(evaluation, input), load: load)
    } catch {
      throw ToolFailure([evaluation.problem(error)])
    }
    return 0
  }

  private struct Figures {
    var median: Int64
    var least: Int64
    /// Pages that came to the process between the first and the last part.
    var growth: Int
  }

  private func measure(_ evaluation: Evaluation, _ input: [UInt8]?) throws(RegoError) -> Figures {
    let part = max(1, count / 25)
    for _ in 0..<part { try evaluation.repeatOnce(input) }
    let before = ResidentMemory.bytes
    var times: [Int64] = []
    for _ in 0..<25 {
      let start = Clock.monotonic
      for _ in 0..<part { try evaluation.repeatOnce(input) }
      times.append((Clock.monotonic - start) / Int64(part))
    }
    times.sort()
    return Figures(median: times[12], least: times[0], growth: ResidentMemory.bytes - before)
  }

  private func show(_ figures: Figures, load: Int64) {
    if json {
      let members: JSON = [
        "v": 1, "ok": true, "count": .int(Int64(max(1, count / 25) * 25)), "median_ns": .int(figures.median),
        "min_ns": .int(figures.least), "load_ns": .int(load), "memory_growth_bytes": .int(Int64(figures.growth)),
      ]
      return Output.write(members.shownText + "\n")
    }
    Output.write(
      """
      \(figures.median) ns/op median of \(max(1, count / 25) * 25) runs (least \(figures.least) ns/op)
      \(load / 1000) µs to load and compile
      \(figures.growth) bytes more memory after the runs than before

      """)
  }
}

/// How much memory of the process is in use.
enum ResidentMemory {
  static var bytes: Int {
    guard let file = try? Descriptor.open("/proc/self/statm"), let text = try? file.readAll(limit: 4096) else {
      return 0
    }
    let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
  }
}
