internal import ArgumentParser
internal import BaileyCore
internal import BaileyFingerprints
internal import BaileyInspect
internal import BaileyLinux

struct Add: FingerprintTool {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Register a file or a directory, so that its parts are known again.",
    discussion: """
      A source that has the name already is registered anew. Licences, and what many files of the source have in common, are left out. Links inside
      a directory, folders of version control, binary files and those above 8 MiB are passed over.

      With --boilerplate it is the other way round: its hashes are taken from all sources, now and whenever one is added. Taking boilerplate away
      again gives a source its hashes back only when that is added anew.

      EXAMPLES
        bailey fingerprint add ~/src/secret-engine
        bailey fingerprint add plan.md --name merger
        bailey fingerprint add ~/templates --boilerplate
      """)

  @Argument(help: "A file or a directory.", completion: .file())
  var path: String
  @Option(help: ArgumentHelp("How findings call it; the last part of the path unless given.", valueName: "name"))
  var name: String?
  @Flag(help: "Its text is in many sources, and tells of none.")
  var boilerplate = false
  @OptionGroup var output: OutputOptions

  func execute() throws(Fault) -> Int32 {
    let name = if let name { name } else { try SourceName.of(path) }
    var counts = SourceWalk.Counts()
    let progress = Progress(isSilent: output.json)
    let kept = try store.add(name, asBoilerplate: boilerplate) { (key) throws(Fault) in
      var hashes = SourceHashes(key: key)
      var every: Set<UInt64> = []
      var walk = SourceWalk(path) { progress.show($0) }
      try walk.run { file in
        if boilerplate { every.formUnion(Winnower.chosen(file, key: key)) } else { hashes.add(file) }
      }
      counts = walk.counts
      return boilerplate ? (every, []) : (hashes.rare(), Boilerplate.hashes(CommonLicences.read(), key: key))
    }
    progress.end()
    report(name, kept, counts)
    return 0
  }

  private func report(_ name: String, _ kept: Int, _ counts: SourceWalk.Counts) {
    if output.json {
      return Output.write([
        "ok": true, "name": .string(name), "kind": boilerplate ? "boilerplate" : "source", "hashes": .int(Int64(kept)),
        "files": .int(Int64(counts.files)), "bytes": .int(Int64(counts.bytes)),
        "passed_over": .int(Int64(counts.passedOver)),
      ])
    }
    Output.write("registered \(printable(name)): \(kept) hashes of \(counts.files) files\n")
    if counts.passedOver > 0 {
      Output.complain(
        "passed over: \(counts.binary) binary, \(counts.large) above 8 MiB, \(counts.links) links, \(counts.unreadable) that could not be read"
      )
    }
    if kept == 0 { Output.complain("note: it is too short or too usual to be known again") }
  }
}

enum SourceName {
  /// The last part of a path.
  static func of(_ path: String) throws(Fault) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? ""
    guard last != ".", last != "..", !last.isEmpty else {
      throw Fault(
        "fingerprint-name", subject: path, why: "the path has no name of its own", hint: "give one with --name")
    }
    return last
  }
}

/// The licences that Debian keeps for all packages.
enum CommonLicences {
  private static let folder = "/usr/share/common-licenses"

  static func read() -> [[UInt8]] {
    let names = (try? Descriptor.entries(of: folder).map(\.text)) ?? []
    return names.sorted().compactMap { try? WholeFile.read(folder + "/" + $0, limit: 256 << 10)?.bytes }
  }
}

/// How far a walk is, in one line of a terminal.
final class Progress {
  private let isShown: Bool
  private var last: Int64 = 0

  init(isSilent: Bool) { isShown = !isSilent && Output.isTerminal }

  func show(_ counts: SourceWalk.Counts) {
    guard isShown, Clock.monotonic >= last + 100_000_000 else { return }
    last = Clock.monotonic
    Output.tell("\r\u{1B}[K\(counts.files) files, \(counts.bytes >> 20) MiB")
  }

  func end() { if isShown { Output.tell("\r\u{1B}[K") } }
}
