import BaileyInspect
import BaileyLinux

/// Numbers that look random and are the same each time.
struct Numbers: RandomNumberGenerator {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

func contents(_ path: String) throws -> [UInt8] { try Descriptor.open(path).readAll(limit: 1 << 30) }

private func lines(_ path: String) throws -> [String] {
  String(decoding: try contents(path), as: UTF8.self).split(separator: "\n").map(String.init)
}

private func text(_ path: String) -> [UInt8]? {
  guard let bytes = try? contents(path), bytes.count < 8 << 20, !bytes.prefix(8192).contains(0) else { return nil }
  return bytes
}

@MainActor func measureSources(_ list: String, _ benign: String, _ sample: [UInt8]) throws {
  var files: [String: [[UInt8]]] = [:]
  for line in try lines(list) {
    let parts = line.split(separator: "\t").map(String.init)
    if let bytes = text(parts[1]) { files[parts[0], default: []].append(bytes) }
  }
  let index = try register(files)
  var options = InspectionOptions()
  options.sources = [index]
  recall("anywhere", files, options)
  recall("outside notices of licences", files.mapValues { $0.map { SourceText.withoutNotices($0) } }, options)
  try alarms(benign, files, options)
  run("without", sample, InspectionOptions())
  run("with", sample, options)
}

@MainActor private func register(_ files: [String: [[UInt8]]]) throws -> FingerprintIndex {
  let start = cpuTime()
  let licences = (try? Descriptor.entries(of: "/usr/share/common-licenses"))?.map(\.text) ?? []
  let texts = licences.sorted().compactMap { text("/usr/share/common-licenses/" + $0) }
  let usual = Boilerplate.hashes(texts, key: key)
  var index = FingerprintIndex(key: key)
  for (name, files) in files.sorted(by: { $0.key < $1.key }) {
    var source = SourceHashes(key: key)
    for file in files { source.add(file) }
    index = index.adding(name, source.rare(), boilerplate: usual) ?? index
    print(
      "\(name): \(files.count) files, \(files.reduce(0) { $0 + $1.count } >> 10) KiB, \(index.counts.last ?? 0) of \(source.count) hashes"
    )
  }
  print("registered in \(since(start)) ms")
  return index
}

@MainActor private func recall(_ place: String, _ files: [String: [[UInt8]]], _ options: InspectionOptions) {
  let all = files.sorted { $0.key < $1.key }.flatMap { entry in
    entry.value.filter { $0.count >= 2048 }.map { (entry.key, $0) }
  }
  let matcher = RegisteredSources(options)
  var (found, edited) = (0, 0)
  let tries = 2000
  for _ in 0..<tries {
    guard let (name, file) = all.randomElement(using: &numbers) else { return }
    let start = Int.random(in: 0...(file.count - 512), using: &numbers)
    var excerpt = Array(file[start..<(start + 512)])
    if matcher.find(excerpt).contains(name) { found += 1 }
    for _ in 0..<5 {
      excerpt[Int.random(in: 0..<512, using: &numbers)] = UInt8.random(in: 0x61...0x7A, using: &numbers)
    }
    if matcher.find(excerpt).contains(name) { edited += 1 }
  }
  print("512 bytes \(place), of \(tries): \(found) found, \(edited) with 5 characters changed")
}

@MainActor private func alarms(_ list: String, _ files: [String: [[UInt8]]], _ options: InspectionOptions) throws {
  let own = Set(files.values.joined())
  let matcher = RegisteredSources(options)
  var (count, flagged, bytes, copies, siblings, flaggedSiblings) = (0, 0, 0, 0, 0, 0)
  for path in try lines(list) {
    guard let file = text(path) else { continue }
    if own.contains(file) {
      copies += 1
      continue
    }
    let isSibling = path.contains("/checkouts/")
    let names = matcher.find(file)
    if isSibling {
      siblings += 1
      flaggedSiblings += names.isEmpty ? 0 : 1
      continue
    }
    (count, bytes) = (count + 1, bytes + file.count)
    if names.isEmpty { continue }
    flagged += 1
    if flagged <= 40 { print("  \(path): \(names.sorted().joined(separator: " "))") }
  }
  print(
    "other files: \(flagged) of \(count) flagged, \(bytes >> 20) MiB; \(copies) copies of registered files left out")
  print("checkouts of the same publishers: \(flaggedSiblings) of \(siblings)")
}

private struct RegisteredSources {
  let rules: RuleSet?
  let options: InspectionOptions
  let scratch: InspectionScratch?

  init(_ options: InspectionOptions) {
    self.options = options
    rules = try? RuleSet(only: [])
    scratch = rules.map { InspectionScratch($0) }
  }

  func find(_ bytes: [UInt8]) -> Set<String> {
    guard let rules else { return [] }
    return Set(
      Inspection.findings(in: bytes, rules: rules, options: options, scratch: scratch).compactMap { $0.notes["source"] }
    )
  }
}
