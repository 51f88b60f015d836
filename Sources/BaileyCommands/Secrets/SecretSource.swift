import ArgumentParser
import BaileyCore
import BaileyLinux
import BaileyWire

struct SecretSourceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Read it from this file.", valueName: "path")) var fromFile: String?
  @Option(
    help: ArgumentHelp(
      "Ask the Secret Service for the item with this attribute; may be repeated.", valueName: "name=value"))
  var fromService: [String] = []
  @Option(
    parsing: .remaining,
    help: ArgumentHelp("Run this program without a shell, and take what it says.", valueName: "argument"))
  var command: [String] = []

  func validate() throws {
    if [fromFile != nil, !fromService.isEmpty, !command.isEmpty].count(where: \.self) > 1 {
      throw ValidationError("--from-file, --from-service or --command: one of them.")
    }
    if fromService.contains(where: { !$0.contains("=") }) { throw ValidationError("--from-service is name=value.") }
  }
}

/// Where a value comes from: a file, a program, standard input, or a person who types it unseen. One line end behind it is none of it.
struct SecretSource {
  private let options: SecretSourceOptions?
  private let console: Console

  /// Bytes; the controller takes no more.
  static let limit = 64 << 10

  init(_ options: SecretSourceOptions?, _ console: Console) {
    (self.options, self.console) = (options, console)
  }

  func read(_ question: String) throws(Failure) -> [UInt8] {
    var value: [UInt8]
    do throws(Errno) { value = try bytes(question) } catch {
      throw Failure(Fault("secret-invalid", why: "the value cannot be read: \(error.message)"))
    }
    if value.last == 0x0A { value.removeLast() }
    if value.last == 0x0D { value.removeLast() }
    guard (1...Self.limit).contains(value.count) else {
      throw Failure(Fault("secret-invalid", why: "the value is empty or has more than 64 KiB"))
    }
    return value
  }

  private func bytes(_ question: String) throws(Errno) -> [UInt8] {
    if let path = options?.fromFile { return try Descriptor.open(path).readAll(limit: Self.limit + 2) }
    if let options, !options.command.isEmpty { return try Self.said(by: options.command) }
    if let options, !options.fromService.isEmpty {
      let words = options.fromService.flatMap { $0.split(separator: "=", maxSplits: 1).map(String.init) }
      return try Self.said(by: ["secret-tool", "lookup"] + words)
    }
    guard Console.isTerminal(0) else {
      return try Descriptor.lending(0) { input throws(Errno) in try input.readAll(limit: Self.limit + 2) }
    }
    return try Self.typed(question)
  }

  /// From the terminal, without an echo; put back in any case.
  static func typed(_ question: String) throws(Errno) -> [UInt8] {
    let terminal = try Descriptor.open("/dev/tty", [.readWrite, .noControllingTerminal])
    terminal.discardInput()
    try terminal.writeAll(question)
    try terminal.setEcho(false)
    defer {
      try? terminal.setEcho(true)
      try? terminal.writeAll("\n")
    }
    return try terminal.read(upTo: 4096)
  }

  private static func said(by command: [String]) throws(Errno) -> [UInt8] {
    guard let program = found(command[0]) else { throw .noSuchFile }
    let ends = try Descriptor.pipe().take()
    let answer = Descriptor(owning: ends.0)
    let process: Int32
    do {
      let own = Descriptor(owning: ends.1)
      process = try Program(
        program, arguments: Array(command.dropFirst()), environment: CurrentProcess.environment,
        streams: (0, own.raw, 2)
      ).start()
    }
    let bytes = try answer.readAll(limit: limit + 2)
    guard try Program.reap(process, wait: true) == .exited(0) else { throw .noData }
    return bytes
  }

  /// As a shell finds it.
  private static func found(_ name: String) -> String? {
    if name.contains("/") { return name }
    let places = (CurrentProcess.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    return places.map { $0 + "/" + name }.first { path in
      (try? Descriptor.workingDirectory.isAccessible(path, mode: 1)) != nil
    }
  }
}
