import BaileySandbox

/// bwrap's arguments for the mounts of a plan, in the plan's order; its own `--proc` and `--dev` where it has them.
struct SameView {
  /// Where an empty file and an empty directory lie, for masks, and where texts of synthetic files go.
  let scratch: String
  private(set) var arguments: [String] = []
  /// Contents that bwrap takes from descriptors, which start at `firstDescriptor`.
  private(set) var texts: [[UInt8]] = []
  static let firstDescriptor = 4
  private var trees: [Int: String] = [:]

  init(scratch: String) { self.scratch = scratch }

  mutating func add(_ plan: SandboxPlan) {
    for case .openTree(let slot, let path, _, _) in plan.parent { trees[slot] = String(decoding: path, as: UTF8.self) }
    arguments += ["--dev", "/dev"]
    for operation in plan.start { add(operation) }
  }

  private mutating func add(_ operation: JailOperation) {
    switch operation {
    case .tmpfs(let path, _, _, _, _): if let path = inView(path) { arguments += ["--tmpfs", path] }
    case .directory(let path, _): if let path = inView(path) { arguments += ["--dir", path] }
    case .symlink(let target, let path):
      if let path = inView(path) { arguments += ["--symlink", String(decoding: target, as: UTF8.self), path] }
    case .file(let path, _, let content):
      guard let path = inView(path) else { return }
      arguments += ["--file", String(Self.firstDescriptor + texts.count), path]
      texts.append(content)
    case .proc: arguments += ["--proc", "/proc"]
    case .bind(let source, let path, _, let attributes, _): bind(source, path, attributes)
    default: return
    }
  }

  private mutating func bind(_ source: TreeSource, _ path: [UInt8], _ attributes: MountAttributes) {
    guard let path = inView(path), let source = host(source) else { return }
    arguments += [attributes.contains(.readOnly) ? "--ro-bind-try" : "--bind-try", source, path]
  }

  private func host(_ source: TreeSource) -> String? {
    switch source {
    case .slot(let slot): return trees[slot]
    case .path(let bytes):
      let path = String(decoding: bytes, as: UTF8.self)
      if path.hasPrefix("/host/") { return String(path.dropFirst(5)) }
      if path.hasPrefix("/masks/") { return scratch + path }
      return path.hasPrefix("/view/") ? String(path.dropFirst(5)) : nil
    }
  }

  /// `nil` for pid 1's own places, and for what `--dev` makes.
  private func inView(_ bytes: [UInt8]) -> String? {
    let path = String(decoding: bytes, as: UTF8.self)
    guard path.hasPrefix("/view/") else { return nil }
    let inside = String(path.dropFirst(5))
    return inside.hasPrefix("/dev/") && inside != "/dev/shm" ? nil : inside
  }
}
