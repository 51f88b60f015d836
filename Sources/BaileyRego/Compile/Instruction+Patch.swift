extension Instruction {
  /// The same with labels replaced by the numbers of instructions.
  func patched(_ labels: [Target]) -> Instruction {
    func at(_ label: Target) -> Target { labels[Int(label)] }
    switch self {
    case .jump(let target): return .jump(at(target))
    case .select(let path, let table, let otherwise):
      return .select(path: path, table: table, otherwise: at(otherwise))
    case .jumpIfDefined(let register, let target): return .jumpIfDefined(register, at(target))
    case .check(let value, let fail): return .check(value, fail: at(fail))
    case .equal(let left, let right, let fail): return .equal(left, right, fail: at(fail))
    case .compare(let how, let left, let right, let fail): return .compare(how, left, right, fail: at(fail))
    case .input(let to, let fail): return .input(to, fail: at(fail))
    case .inputPath(let to, let path, let fail): return .inputPath(to, path: path, fail: at(fail))
    case .base(let to, let path, let fail): return .base(to, path: path, fail: at(fail))
    case .rule(let to, let group, let fail): return .rule(to, group: group, fail: at(fail))
    case .extent(let to, let node, let fail): return .extent(to, node: node, fail: at(fail))
    case .dynamic(let to, let node, let first, let count, let fail):
      return .dynamic(to, node: node, first: first, count: count, fail: at(fail))
    case .keys(let to, let node, let first, let count, let fail):
      return .keys(to, node: node, first: first, count: count, fail: at(fail))
    case .child(let to, let base, let key, let fail): return .child(to, base, key, fail: at(fail))
    case .isArray(let value, let count, let fail): return .isArray(value, count: count, fail: at(fail))
    case .isObject(let value, let count, let fail): return .isObject(value, count: count, fail: at(fail))
    case .scan(let state, let value, let fail): return .scan(state, value, fail: at(fail))
    case .scanDomain(let state, let value, let fail): return .scanDomain(state, value, fail: at(fail))
    case .next(let state, let key, let value, let done): return .next(state, key: key, value: value, done: at(done))
    case .call(let to, let group, let first, let fail): return .call(to, group: group, first: first, fail: at(fail))
    case .builtin(let to, let index, let first, let count, let fail):
      return .builtin(to, index: index, first: first, count: count, fail: at(fail))
    default: return self
    }
  }
}
