import Glibc

// side-by-side ROUNDS NAME=COMMAND… : runs the commands in turn, ROUNDS times each, and prints medians and ratios to the first.
// A command is split at spaces; nothing is quoted, because nothing here needs it.

let usage = "usage: side-by-side ROUNDS NAME=COMMAND NAME=COMMAND…"
let words = CommandLine.arguments.dropFirst()
guard let rounds = words.first.flatMap({ Int($0) }), rounds > 0, words.count > 2 else {
  print(usage)
  exit(2)
}
struct Contender {
  let name: String
  let command: [String]
  var times: [Int64] = []

  init(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1)
    name = String(parts[0])
    command = parts[1].split(separator: " ").map(String.init)
  }

  var median: Int64 { times.sorted()[times.count / 2] }
  var best: Int64 { times.min() ?? 0 }
}

func milliseconds(_ nanoseconds: Int64) -> String {
  "\(nanoseconds / 1_000_000).\(String(nanoseconds / 10_000 % 100 + 100).dropFirst())"
}

func ratio(_ value: Int64, _ base: Int64) -> String {
  let hundredths = value * 100 / max(base, 1)
  return "\(hundredths / 100).\(String(hundredths % 100 + 100).dropFirst())"
}

var contenders = words.dropFirst().map(Contender.init)
do {
  for contender in contenders { _ = try Stopwatch.time(contender.command) }
  for _ in 0..<rounds {
    for index in contenders.indices { contenders[index].times.append(try Stopwatch.time(contenders[index].command)) }
  }
} catch {
  print(error)
  exit(1)
}
print("| way | median ms | best ms | × \(contenders[0].name) (median) | × (best) |\n|---|---|---|---|---|")
for contender in contenders {
  print(
    "| \(contender.name) | \(milliseconds(contender.median)) | \(milliseconds(contender.best)) | "
      + "\(ratio(contender.median, contenders[0].median)) | \(ratio(contender.best, contenders[0].best)) |")
}
