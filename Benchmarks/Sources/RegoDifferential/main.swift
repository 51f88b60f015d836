import Glibc
import RegoOracle

// RegoDifferential LIBRARY [PAIRS] [SEED]: compares this engine with OPA on generated modules and inputs; each that differs is printed.

let arguments = CommandLine.arguments
guard arguments.count > 1, let oracle = Oracle(library: arguments[1]) else {
  fatalError("usage: RegoDifferential LIBRARY [PAIRS] [SEED]")
}
let wanted = arguments.count > 2 ? Int(arguments[2]) ?? 1000 : 1000
var seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 1 : 1
let inputsEach = 8

var explained: [String: Int] = [:]
var (pairs, values, errors, differing, modules) = (0, 0, 0, 0, 0)
while pairs < wanted {
  var generator = Generator(seed: seed)
  var module = generator.module()
  if generator.random.below(6) == 0 { module = generator.damaged(module) }
  let (ours, theirs) = (Ours(module), Theirs(oracle, module))
  modules += 1
  for _ in 0..<inputsEach {
    let input = generator.input()
    let (own, other) = (ours.answer(input), theirs.answer(input))
    pairs += 1
    if case .value = own { values += 1 } else { errors += 1 }
    guard own != other else { continue }
    if let reason = Explained.reason(own, other, module) {
      explained[reason, default: 0] += 1
      break
    }
    differing += 1
    print("---- seed \(seed)\n\(module)\ninput \(input)\nours \(own)\nOPA  \(other)\n")
    break
  }
  seed += 1
}
print("\(pairs) pairs of \(modules) modules: \(values) values, \(errors) errors; \(differing) modules differ")
for (reason, count) in explained.sorted(by: { $0.key < $1.key }) { print("explained: \(count) modules: \(reason)") }
exit(differing > 0 ? 1 : 0)
