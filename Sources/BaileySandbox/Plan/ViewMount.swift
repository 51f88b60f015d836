/// One part of the agent's view, before it is written as operations.
struct ViewMount: Equatable {
  enum Content: Equatable {
    case memory(size: UInt64, inodes: UInt64, mode: UInt16)
    /// The host's tree at this path. `mapped` takes the idmapped slot that root needs to own what the agent sees.
    case host(source: String, mapped: Bool)
    case overlay(lower: String, upper: String, work: String, mapped: Bool)
  }

  var path: String
  var content: Content
  var isWritable: Bool

  /// Whether what lies below on the host lies below here too, so that mount points need not be made.
  var mirrorsHost: Bool {
    switch content {
    case .memory: false
    case .host(let source, _): source == path
    case .overlay(let lower, _, _, _): lower == path
    }
  }

  var isMemory: Bool {
    if case .memory = content { return true }
    return false
  }

  var attributes: MountAttributes {
    isWritable ? [.noSetuid, .noDevices] : [.readOnly, .noSetuid, .noDevices]
  }
}

extension ViewMount: Comparable {
  /// Parents before children.
  static func < (left: ViewMount, right: ViewMount) -> Bool {
    left.path.split(separator: "/").lexicographicallyPrecedes(right.path.split(separator: "/"))
  }
}
