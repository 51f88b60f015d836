package import BaileyCore

/// The ceilings of a session with the built-in defaults filled in. `bailey doctor` prints them.
package struct SandboxLimits: Sendable, Equatable {
  package static let defaultProcesses = 2048
  /// Bytes.
  package static let defaultMemory: Int64 = 8 << 30
  package static let defaultFiles = 65536

  package var processes: UInt64
  package var files: UInt64
  package var memory: UInt64
  /// `nil` is no ceiling.
  package var fileSize: UInt64?

  package init(_ limits: Limits) {
    processes = UInt64(clamping: limits.processes ?? Self.defaultProcesses)
    files = UInt64(clamping: limits.files ?? Self.defaultFiles)
    memory = UInt64(clamping: limits.memory ?? Self.defaultMemory)
    fileSize = limits.fileSize.map { UInt64(clamping: $0) }
  }

  /// Size of one temporary file system: a quarter of the memory, since what lies there is memory.
  var temporarySize: UInt64 { max(memory / 4, 64 << 20) }

  /// setrlimit(2) numbers of `asm-generic/resource.h`. RLIMIT_AS stays free: Node and Java reserve far more than they use.
  ///
  /// - Parameter inGroup: a control group holds the number of processes.
  func operations(inGroup: Bool) -> [JailOperation] {
    var operations: [JailOperation] = [
      // One byte holds no core, and to the kernel it also says not to call the host's handler; zero would (core(5), do_coredump).
      .resourceLimit(resource: 4, soft: 1, hard: 1),
      .resourceLimit(resource: 7, soft: min(files, 4096), hard: files),
    ]
    if !inGroup { operations.append(.resourceLimit(resource: 6, soft: processes, hard: processes)) }
    if let fileSize { operations.append(.resourceLimit(resource: 1, soft: fileSize, hard: fileSize)) }
    return operations
  }
}
