internal import CBaileyJail

/// Writes single operations: the one place that knows which numbers and strings each has.
struct OperationEncoder {
  /// The sandbox's /proc in the view of pid 1.
  var process: [UInt8]
  /// Whether the program joins namespaces that are there instead of making its own.
  var joins: Bool

  func write(_ operation: JailOperation, to writer: inout PlanWriter) throws(PlanWriter.Problem) {
    switch operation {
    case .idMap(let user, let hostUser, let group, let hostGroup, let deny):
      let lines: [PlanString] = [.text("\(user) \(hostUser) 1\n"), .text("\(group) \(hostGroup) 1\n")]
      try writer.record(BAILEY_ID_MAP, [deny ? 1 : 0], lines)
    case .openTree(let slot, let path, let recursive, let idmapped):
      try writer.record(BAILEY_OPEN_TREE, [number(slot), recursive ? 1 : 0, idmapped ? 1 : 0], [.text(path)])
    case .nest, .enter, .dropCapabilities, .landlock, .noNewPrivileges, .seccomp, .changeDirectory, .execute:
      try writeAgent(operation, to: &writer)
    case .hostname, .netlink, .listen, .pseudoTerminal, .resourceLimit, .ready, .spawn, .sysctl:
      try writeSetting(operation, to: &writer)
    default:
      try writeMount(operation, to: &writer)
    }
  }

  private func writeMount(_ operation: JailOperation, to writer: inout PlanWriter) throws(PlanWriter.Problem) {
    switch operation {
    case .tmpfs(let path, let size, let inodes, let mode, let attributes):
      let options: [PlanString] = [.text("\(size)"), .text("\(inodes)"), .text(String(mode, radix: 8))]
      try writer.record(BAILEY_TMPFS, [attributes.rawValue], [.text(path)] + options)
    case .directory(let path, let mode):
      try writer.record(BAILEY_DIRECTORY, [UInt64(mode)], [.text(path)])
    case .file(let path, let mode, let content):
      try writer.record(BAILEY_FILE, [UInt64(mode)], [.text(path), .data(content)])
    case .symlink(let target, let path):
      try writer.record(BAILEY_SYMLINK, [], [.text(target), .text(path)])
    case .pivot(let root, let old):
      try writer.record(BAILEY_PIVOT, [], [.text(root), .text(old)])
    case .propagation(let path, let kind, let recursive):
      try writer.record(BAILEY_PROPAGATION, [flags(kind) | (recursive ? 16384 : 0)], [.text(path)])
    case .bind(let source, let path, let recursive, let attributes, let optional):
      let numbers = [slot(source), recursive ? 1 : 0, attributes.rawValue, optional ? 1 : 0]
      try writer.record(BAILEY_BIND, numbers, [sourceText(source), .text(path)])
    case .overlay(let path, let lower, let upper, let work, let attributes):
      let layers: [PlanString] = [.text(Self.escapedLayer(lower)), .text(upper), .text(work)]
      try writer.record(BAILEY_OVERLAY, [attributes.rawValue], [.text(path)] + layers)
    case .proc(let path, let attributes):
      try writer.record(BAILEY_PROC, [attributes.rawValue], [.text(path)])
    case .devpts(let path):
      try writer.record(BAILEY_DEVPTS, [], [.text(path)])
    default: break
    }
  }

  private func writeSetting(_ operation: JailOperation, to writer: inout PlanWriter) throws(PlanWriter.Problem) {
    switch operation {
    case .hostname(let name): try writer.record(BAILEY_HOSTNAME, [], [.text(name)])
    case .sysctl(let path, let content): try writer.record(BAILEY_SYSCTL, [], [.text(path), .data(content)])
    case .netlink(let protocolNumber, let message, let acknowledgements):
      try writer.record(BAILEY_NETLINK, [UInt64(protocolNumber), number(acknowledgements)], [.data(message)])
    case .listen(let slot, let family, let type, let address, let backlog):
      let numbers = [number(slot), UInt64(family), UInt64(type), UInt64(backlog)]
      try writer.record(BAILEY_LISTEN, numbers, [.data(address)])
    case .pseudoTerminal(let slot, let rows, let columns):
      try writer.record(BAILEY_TERMINAL, [number(slot), UInt64(rows), UInt64(columns)])
    case .resourceLimit(let resource, let soft, let hard):
      try writer.record(BAILEY_LIMIT, [UInt64(resource), soft, hard])
    case .ready(let slots):
      try writer.record(BAILEY_READY, [], [.data(slots.map { UInt8(clamping: $0) })])
    case .spawn: try writer.record(BAILEY_SPAWN)
    default: break
    }
  }

  private func writeAgent(_ operation: JailOperation, to writer: inout PlanWriter) throws(PlanWriter.Problem) {
    switch operation {
    case .nest where joins: try writer.record(BAILEY_JOIN)
    case .enter where joins: break
    case .nest(let user, let group):
      let files = ["setgroups", "uid_map", "gid_map"].map { PlanString.text(process + Array("/self/\($0)".utf8)) }
      try writer.record(BAILEY_NEST, [], [.text("\(user) 0 1\n"), .text("\(group) 0 1\n")] + files)
    case .enter(let path): try writer.record(BAILEY_ENTER, [], [.text(path)])
    case .dropCapabilities: try writer.record(BAILEY_DROP)
    case .landlock(let files, let network, let scoped, let rules):
      let tail = try rules.map { rule throws(PlanWriter.Problem) in try Self.encoded(rule) }
      try writer.record(BAILEY_LANDLOCK, [files, network, scoped], tail: tail)
    case .noNewPrivileges: try writer.record(BAILEY_NO_NEW_PRIVILEGES)
    case .seccomp(let program, let notify): try writer.record(BAILEY_SECCOMP, [notify ? 1 : 0], [.data(program)])
    case .changeDirectory(let path): try writer.record(BAILEY_CHANGE_DIRECTORY, [], [.text(path)])
    case .execute(let candidates, let arguments, let environment):
      let numbers = [number(candidates.count), number(arguments.count), number(environment.count)]
      let tail = (candidates + arguments + environment).map { PlanString.text($0) }
      try writer.record(BAILEY_EXECUTE, numbers, tail: tail)
    default: break
    }
  }

  private static func encoded(_ rule: LandlockRule) throws(PlanWriter.Problem) -> PlanString {
    if rule.path.contains(0) { throw .nulInText }
    let head = [rule.access, rule.optional ? 1 : 0]
    return .data(head.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } } + rule.path)
  }

  /// In a list of lower layers a colon divides and a backslash escapes.
  static func escapedLayer(_ path: [UInt8]) -> [UInt8] {
    path.flatMap { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), $0] : [$0] }
  }

  /// A negative number becomes one that the reader refuses.
  private func number(_ value: Int) -> UInt64 { UInt64(bitPattern: Int64(value)) }

  private func slot(_ source: TreeSource) -> UInt64 {
    // Int.min, so that a negative slot cannot look like "no slot".
    if case .slot(let slot) = source { return slot < 0 ? UInt64(1) << 63 : UInt64(slot) }
    return UInt64.max
  }

  private func sourceText(_ source: TreeSource) -> PlanString {
    if case .path(let path) = source { return .text(path) }
    return .data([])
  }

  private func flags(_ kind: Propagation) -> UInt64 {
    switch kind {
    case .isPrivate: 1 << 18
    case .slave: 1 << 19
    case .shared: 1 << 20
    }
  }
}
