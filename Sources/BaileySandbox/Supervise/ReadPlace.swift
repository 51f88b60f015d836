import BaileyCore
import BaileyLinux

/// Where a path that is opened for reading leads, in the view of the thread that opens it.
///
/// Links of /proc are the kernel's own business: those of the caller's descriptors, root and working directory are known, everything else
/// there is told as it was asked for.
struct ReadPlace: ~Copyable {
  let thread: Int32
  /// `nil` where there is nothing.
  private(set) var found: ObservedEvent.Found?
  /// Absolute, links resolved.
  private(set) var resolved: [UInt8]?
  private(set) var status: FileStatus?
  private let path: [UInt8]
  private let agent: (user: UInt32, group: UInt32)?
  private var file: Descriptor?

  init(_ path: [UInt8], _ thread: Int32, _ agent: (user: UInt32, group: UInt32)?) {
    self.path = path
    self.thread = thread
    self.agent = agent
  }

  /// Opened for reading; `nil` where that could not be done or would have effects.
  consuming func takeFile() -> Descriptor? { file.take() }

  mutating func find() {
    switch ProcPath(path) {
    case .outside(let path): lookUp(path)
    case .workingDirectory(let rest): lookUp(AgentMemory(thread: thread).absoluteBytes(rest, relativeTo: nil) ?? path)
    case .descriptor(let number):
      // Opened before, and recorded then; or inherited.
      found = .unclear
      resolved = try? Descriptor.workingDirectory.readLink("/proc/\(thread)/fd/\(number)")
    case .other: found = .unclear
    }
  }

  private mutating func lookUp(_ path: [UInt8]) {
    do throws(Errno) {
      let root = try Descriptor.open("/proc/\(thread)/root", [.path, .directory])
      do throws(Errno) {
        examine(try root.open(path, .path, resolve: [.inRoot, .noMagicLinks]))
      } catch .accessDenied {
        found = .denied
      } catch {
        found = Self.mayLead(path, from: root) ? .unclear : nil
      }
    } catch {
      found = .unclear
    }
  }

  /// Whether a link stands in the way, which the thread's own /proc may lead on.
  private static func mayLead(_ path: [UInt8], from root: borrowing Descriptor) -> Bool {
    var path = path[...]
    while let slash = path.lastIndex(of: UInt8(ascii: "/")), path.count > 1 {
      do throws(Errno) {
        let entry = try root.open(Array(path), [.path, .noFollow], resolve: [.inRoot, .noMagicLinks])
        guard (try? entry.status().isSymlink) ?? true else { return false }
        return (try? root.open(Array(path), .path, resolve: [.inRoot, .noMagicLinks])) == nil
      } catch {
        guard error == .noSuchFile || error == .notDirectory || error == .tooManyLinks else { return true }
      }
      path = path[..<slash]
    }
    return false
  }

  private mutating func examine(_ entry: consuming Descriptor) {
    let link = "/proc/self/fd/\(entry.raw)"
    resolved = try? Descriptor.workingDirectory.readLink(link)
    guard let status = try? entry.status() else { return found = .unclear }
    self.status = status
    found = .opened
    if let agent, !Self.mayRead(status, agent) { return found = .denied }
    // Other kinds would notice.
    guard status.isRegular || status.isDirectory else { return }
    do throws(Errno) { file = try Descriptor.open(link, [.readOnly, .nonBlocking]) } catch {
      if error == .accessDenied { found = .denied }
    }
  }

  /// By the mode: the agent of a root session has an id of its own and no further groups.
  private static func mayRead(_ status: FileStatus, _ agent: (user: UInt32, group: UInt32)) -> Bool {
    if status.user == agent.user { return status.mode & 0o400 != 0 }
    return status.mode & (status.group == agent.group ? 0o040 : 0o004) != 0
  }
}

/// A path as far as /proc is concerned, by spelling.
enum ProcPath: Equatable {
  case outside([UInt8])
  /// Below the caller's working directory.
  case workingDirectory([UInt8])
  /// One of the caller's descriptors.
  case descriptor(Int32)
  case other

  private static let standardStreams: [String: Int32] = ["stdin": 0, "stdout": 1, "stderr": 2]

  init(_ path: [UInt8]) {
    let names = path.split(separator: UInt8(ascii: "/")).filter { $0 != [UInt8(ascii: ".")] }
    let words = names.prefix(3).map { String(decoding: $0, as: UTF8.self) }
    if words.count == 2, words[0] == "dev", let number = Self.standardStreams[words[1]] {
      self = .descriptor(number)
    } else if words.count == 3, words[0] == "dev", words[1] == "fd", let number = Int32(words[2]) {
      self = .descriptor(number)
    } else if words.first == "proc" {
      self = Self.ofProc(names, words)
    } else {
      self = .outside(path)
    }
  }

  private static func ofProc(_ names: [ArraySlice<UInt8>], _ words: [String]) -> ProcPath {
    guard words.count == 3, words[1] == "self" || words[1] == "thread-self" else { return .other }
    let rest = Array(names.dropFirst(3).joined(separator: [UInt8(ascii: "/")]))
    switch words[2] {
    // Each step takes names away, so it ends.
    case "root": return ProcPath([UInt8(ascii: "/")] + rest)
    case "cwd": return rest.isEmpty ? .other : .workingDirectory(rest)
    case "fd" where names.count == 4:
      return Int32(String(decoding: names[3], as: UTF8.self)).map { .descriptor($0) } ?? .other
    default: return .other
    }
  }
}
