import BaileyLinux
import Testing

@testable import BaileyAudit
@testable import BaileyCore

/// A state directory of its own, removed with its test.
final class Scratch {
  let path: String
  var layout: LogLayout { LogLayout(stateDirectory: path + "/state") }

  init() throws { path = try Descriptor.makeTemporaryDirectory(prefix: "/tmp/bailey-log-") }

  deinit { Scratch.remove(path) }

  static func remove(_ path: String) {
    for entry in (try? Descriptor.entries(of: path)) ?? [] {
      let below = path + "/" + entry.text
      if entry.type == .directory { remove(below) } else { try? Descriptor.workingDirectory.unlink(below) }
    }
    try? Descriptor.workingDirectory.removeDirectory(path)
  }

  static func copy(_ from: String, to: String) throws {
    try Descriptor.workingDirectory.makeDirectory(to)
    for entry in try Descriptor.entries(of: from) {
      let (source, target) = (from + "/" + entry.text, to + "/" + entry.text)
      if entry.type == .directory { try copy(source, to: target) } else { try write(target, Files.read(source)) }
    }
  }

  static func write(_ path: String, _ bytes: [UInt8]) throws {
    try Descriptor.open(path, [.writeOnly, .create, .truncate]).writeAll(bytes)
  }

  /// Every regular file below a folder, relative to it, in order.
  static func files(_ folder: String, prefix: String = "") throws -> [String] {
    var found: [String] = []
    for entry in try Descriptor.entries(of: folder) {
      if entry.type == .directory {
        found += try files(folder + "/" + entry.text, prefix: prefix + entry.text + "/")
      } else {
        found.append(prefix + entry.text)
      }
    }
    return found.sorted()
  }

  /// A closed log of so many records, tagged by their number.
  func filled(_ count: Int, from first: Int = 0) async throws {
    let log = try AuditLog(layout)
    try await append(log, first..<first + count)
    await log.close()
  }

  func append(_ log: AuditLog, _ numbers: Range<Int>) async throws {
    for number in numbers {
      let index = try await log.append(sample("\(number)"), .grouped)
      #expect(index == UInt64(number))
    }
  }

  var tags: [String] {
    get throws {
      try LogReader(layout).records().entries.map { $0.json["body"]?["tag"]?.string ?? $0.json.canonicalText }
    }
  }
}

func sample(_ tag: String, session: SessionID? = nil, kind: Record.Kind = .intent) -> Record {
  Record(kind, session: session, time: 1, body: ["tag": .string(tag)])
}

func fault(_ body: () async throws -> Void) async -> String? {
  do {
    try await body()
    return nil
  } catch let fault as Fault {
    return fault.code
  } catch {
    return "\(error)"
  }
}
