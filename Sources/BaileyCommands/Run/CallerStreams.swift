import BaileyCore
import BaileyLinux
import BaileyWire

/// What one of the caller's standard streams is, and so how it reaches the sandbox.
///
/// A pipe is passed as it is. A terminal becomes the sandbox's own pseudo-terminal. Everything else (files, sockets, devices) stays
/// outside: a pipe is passed, and this program pumps. So the sandbox never holds a descriptor of a file of the host, through
/// which it could change the file's mode, or open it again to write.
enum CallerStream: Sendable, Equatable {
  case terminal
  case pipe
  case null
  case pumped(FileIdentity)

  struct FileIdentity: Sendable, Equatable {
    var device: UInt64
    var inode: UInt64
  }

  /// - Throws: a directory is refused; a closed stream is `null`.
  init(number: Int32) throws(Fault) {
    let (found, isTerminal) = Descriptor.lending(number) { (try? $0.status(), $0.isTerminal()) }
    guard let status = found else {
      self = .null
      return
    }
    switch status.type {
    case .pipe: self = .pipe
    case .characterDevice where isTerminal: self = .terminal
    case .characterDevice where status.specialDevice == Self.nullDevice: self = .null
    case .directory:
      throw Fault("stream-directory", subject: "descriptor \(number)", why: "a standard stream is a directory")
    default: self = .pumped(FileIdentity(device: status.device, inode: status.inode))
    }
  }

  /// `/dev/null`: major 1, minor 3.
  private static let nullDevice: UInt64 = 0x103
}

/// The standard streams of a program to be run inside: what to ask for, what to pass, what to pump.
struct CallerStreams {
  private(set) var plan: StreamPlan
  /// Descriptors to pass, in order.
  private(set) var passed: [Int32] = []
  private(set) var pumps: [Pump] = []
  private(set) var kinds: [CallerStream]
  /// Ends of pipes that were made here to be passed; closed once they are.
  private var ours: PassedDescriptors

  /// - Parameter numbers: the caller's 0, 1 and 2.
  init(_ numbers: [Int32] = [0, 1, 2]) throws(Fault) {
    kinds = []
    for number in numbers { kinds.append(try CallerStream(number: number)) }
    let sources = kinds.map { Self.source($0) }
    plan = StreamPlan(input: sources[0], output: sources[1], error: sources[2])
    ours = PassedDescriptors([])
    do throws(Errno) { try connect(numbers) } catch {
      throw Fault("stream-unusable", why: error.message)
    }
  }

  var hasTerminal: Bool { kinds.contains(.terminal) }

  /// To be called when the descriptors have been passed: the ends of the streams are then only the sandbox's.
  mutating func forgetPassed() { ours = PassedDescriptors([]) }

  private static func source(_ kind: CallerStream) -> StreamSource {
    switch kind {
    case .terminal: .terminal
    case .pipe, .pumped: .passed
    case .null: .null
    }
  }

  private mutating func connect(_ numbers: [Int32]) throws(Errno) {
    var made: [Int32] = []
    defer { ours = PassedDescriptors(made) }
    for (index, number) in numbers.enumerated() {
      switch kinds[index] {
      case .terminal, .null: continue
      case .pipe: passed.append(number)
      case .pumped where index == 2 && kinds[1] == kinds[2] && plan.output == .passed:
        // Both into one file: one pipe keeps the order in which the program wrote.
        passed.append(passed[passed.count - 1])
      case .pumped:
        let (read, write) = try Descriptor.pipe().take()
        made.append(index == 0 ? read : write)
        passed.append(index == 0 ? read : write)
        pumps.append(try Pump(caller: number, pipe: index == 0 ? write : read, isInput: index == 0))
      }
    }
  }
}
