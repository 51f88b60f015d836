internal import BaileyCore
internal import BaileyLinux

/// The desktop's Secret Service (freedesktop.org), through libsecret's `secret-tool`: the key goes through pipes, never through arguments.
struct SecretTool {
  private let environment: [String: String]
  private static let paths = ["/usr/bin/secret-tool", "/usr/local/bin/secret-tool"]
  /// A prompt of the desktop may stand open; nobody waits longer for it. Milliseconds.
  private static let patience: Int32 = 60_000

  init(_ environment: [String: String]) { self.environment = environment }

  private static func attributes(_ store: String) -> [String] { ["application", "bailey", "store", store] }

  func put(_ key: SecretBytes, store: String) throws(Fault) {
    var text = key.lend { Array(hexadecimal(Array($0)).utf8) }
    defer { SecretBytes.erase(&text) }
    var answer = try run(["store", "--label", "Bailey's secrets"] + Self.attributes(store), input: text)
    SecretBytes.erase(&answer)
  }

  func get(store: String) throws(Fault) -> SecretBytes {
    var answer = try run(["lookup"] + Self.attributes(store), input: [])
    return try Self.key(&answer, from: "the Secret Service")
  }

  /// 64 hexadecimal digits, and perhaps a line end; what is read is zeroed.
  static func key(_ text: inout [UInt8], from place: String) throws(Fault) -> SecretBytes {
    defer { SecretBytes.erase(&text) }
    if text.last == 0x0A { text.removeLast() }
    var bytes = [UInt8]()
    bytes.reserveCapacity(32)
    for index in stride(from: 0, to: text.count - 1, by: 2) {
      guard let high = digit(text[index]), let low = digit(text[index + 1]) else { break }
      bytes.append(high << 4 | low)
    }
    guard text.count == 64, bytes.count == 32 else {
      SecretBytes.erase(&bytes)
      throw Fault("secrets-locked", subject: place, why: "what lies there is no key of Bailey's")
    }
    return try SecretBytes.taking(&bytes)
  }

  private static func digit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case 0x30...0x39: letter - 0x30
    case 0x61...0x66: letter - 0x57
    default: nil
    }
  }

  private func run(_ arguments: [String], input: [UInt8]) throws(Fault) -> [UInt8] {
    guard let program = Self.paths.first(where: { (try? Descriptor.open($0, [.path])) != nil }) else {
      throw Fault(
        "secrets-locked", why: "the Secret Service needs `secret-tool`", hint: "apt-get install libsecret-tools")
    }
    do throws(Errno) { return try run(program, arguments, input) } catch {
      throw Fault("secrets-locked", why: "the Secret Service did not answer: \(error.message)")
    }
  }

  /// The question fits into the pipe, and so does any answer of use; the answer is read when the program has ended.
  private func run(_ program: String, _ arguments: [String], _ input: [UInt8]) throws(Errno) -> [UInt8] {
    let question = try Descriptor.pipe()
    let answer = try Descriptor.pipe(nonBlocking: true)
    let null = try Descriptor.open("/dev/null", [.writeOnly])
    let started = Program(
      program, arguments: arguments, environment: environment,
      streams: (question.first.raw, answer.second.raw, null.raw), isDetached: true)
    let process = try Self.start(started, input, question)
    guard try Self.end(process) else { throw .noData }
    return try answer.first.read(upTo: 4096)
  }

  private static func start(_ program: Program, _ input: [UInt8], _ question: consuming DescriptorPair) throws(Errno)
    -> Int32
  {
    try question.second.writeAll(input)
    let process = try program.start()
    return process
  }

  private static func end(_ number: Int32) throws(Errno) -> Bool {
    let process = try Descriptor.process(number)
    if try poll([(process.raw, .input)], milliseconds: patience)[0].isEmpty { try process.sendSignal(9) }
    return try Program.reap(number, wait: true) == .exited(0)
  }
}
