import BaileyLinux

/// Reads what a call's registers point at, once, with limits. What it reads may have changed by the time the kernel reads it.
struct AgentMemory: Sendable {
  static let longestPath = 4096
  static let mostArguments = 64
  static let argumentBytes = 32 << 10
  /// Bytes that are read of a text at first.
  private static let shortText = 256

  let thread: Int32

  /// The bytes up to the first NUL, at most `limit`; `nil` when the memory cannot be read.
  func text(at address: UInt64, limit: Int = longestPath) -> [UInt8]? {
    guard address != 0 else { return nil }
    var result: [UInt8] = []
    var next = address
    // First a short look, since most texts are short; then to the end of each page, since the one after may not be there.
    while result.count < limit {
      let toPageEnd = 4096 - Int(next & 4095)
      let count = min(toPageEnd, limit - result.count, result.isEmpty ? Self.shortText : 4096)
      guard var bytes = try? Descriptor.readMemory(of: thread, at: next, count: count), !bytes.isEmpty else {
        return nil
      }
      if let end = bytes.firstIndex(of: 0) {
        bytes.removeSubrange(end...)
        return result.isEmpty ? bytes : result + bytes
      }
      result += bytes
      let (sum, overflow) = next.addingReportingOverflow(UInt64(bytes.count))
      if overflow { return nil }
      next = sum
    }
    return result
  }

  /// A NULL-terminated vector of texts; what exceeds the limits is cut off.
  func vector(at address: UInt64) -> [String] {
    let pointers = pointers(at: address)
    // One call for the beginnings of all; most texts are no longer.
    let pieces = pointers.map { (address: $0, count: min(4096 - Int($0 & 4095), Self.shortText)) }
    let beginnings = (try? Descriptor.gatherMemory(of: thread, pieces)) ?? []
    var result: [String] = []
    var room = Self.argumentBytes
    for (index, pointer) in pointers.enumerated() where room > 0 {
      let beginning = index < beginnings.count ? beginnings[index] : []
      guard let bytes = Self.ended(beginning) ?? text(at: pointer, limit: min(Self.longestPath, room))?[...] else {
        break
      }
      room -= bytes.count + 1
      result.append(String(decoding: bytes, as: UTF8.self))
    }
    return result
  }

  private static func ended(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    bytes.firstIndex(of: 0).map { bytes[..<$0] }
  }

  private func pointers(at address: UInt64) -> [UInt64] {
    var result: [UInt64] = []
    var next = address
    while result.count < Self.mostArguments, next != 0 {
      let toPageEnd = 4096 - Int(next & 4095)
      let count = toPageEnd < 8 ? 8 : min(toPageEnd & ~7, 8 * (Self.mostArguments - result.count))
      guard let bytes = try? Descriptor.readMemory(of: thread, at: next, count: count), bytes.count >= 8 else { break }
      for start in stride(from: 0, through: bytes.count - 8, by: 8) {
        let pointer = bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        if pointer == 0 { return result }
        result.append(pointer)
      }
      let (sum, overflow) = next.addingReportingOverflow(UInt64(bytes.count & ~7))
      if overflow { break }
      next = sum
    }
    return result
  }

  /// The path as the agent would name it from its root; by spelling, links not followed.
  func path(at address: UInt64, relativeTo directory: UInt64?) -> String {
    guard let bytes = text(at: address) else { return "?" }
    return absolute(bytes, relativeTo: directory)
  }

  func absolute(_ bytes: [UInt8], relativeTo directory: UInt64?) -> String {
    let path = absoluteBytes(bytes, relativeTo: directory) ?? Array("?/".utf8) + bytes
    return String(decoding: path, as: UTF8.self)
  }

  /// `nil` when it cannot be told to what a path is relative.
  func absoluteBytes(_ path: [UInt8], relativeTo directory: UInt64?) -> [UInt8]? {
    let slash = UInt8(ascii: "/")
    if path.first == slash { return path }
    let number = directory.map { Int32(truncatingIfNeeded: $0) } ?? Self.workingDirectory
    let link = number == Self.workingDirectory ? "cwd" : "fd/\(number)"
    guard let base = try? Descriptor.workingDirectory.readLink("/proc/\(thread)/\(link)") else { return nil }
    return path.isEmpty ? base : base + (base.last == slash ? [] : [slash]) + path
  }

  /// `AT_FDCWD`.
  private static let workingDirectory: Int32 = -100
}
