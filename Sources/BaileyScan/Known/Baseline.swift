internal import BaileyCore
internal import BaileyInspect
internal import BaileyLinux
internal import Crypto

/// Findings that are known: by rule, path and a mark of the value, so that lines may shift.
///
/// A mark is an HMAC of rule, path and fingerprint under a salt that is in the file: no table made beforehand helps against it, but who
/// has the file can still try guesses of a short value, one by one.
struct Baseline: Sendable, Equatable {
  static let maximumBytes = 64 << 20
  private static let saltBytes = 32

  struct Entry: Hashable, Sendable {
    var rule: String
    var path: [UInt8]
    var mark: String
  }

  private(set) var salt: [UInt8]
  private(set) var entries: Set<Entry> = []

  /// An empty one with a salt of its own.
  init() {
    salt = (0..<Self.saltBytes).map { _ in UInt8.random(in: 0 ... .max) }
  }

  /// One without a value is never known: another archive at its path would have the same entry.
  func contains(_ finding: LocatedFinding) -> Bool { finding.hasValue && entries.contains(entry(of: finding)) }

  /// Exactly these, but for those without a value.
  mutating func replace(with findings: [LocatedFinding]) {
    entries = Set(findings.filter(\.hasValue).map(entry(of:)))
  }

  private func entry(of found: LocatedFinding) -> Entry {
    let text = Array(found.finding.rule.utf8) + [0] + found.path + [0] + Array(found.finding.fingerprint.utf8)
    let mark = HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: salt))
    return Entry(rule: found.finding.rule, path: found.path, mark: hexadecimal(mark))
  }

  // MARK: on disk

  /// JSON with one entry a line, sorted, so that a change of it is easy to review.
  var bytes: [UInt8] {
    let lines = entries.sorted(by: Self.precedes).map { entry in
      let json: JSON = ["mark": .string(entry.mark), "path": JSON(bytes: entry.path), "rule": .string(entry.rule)]
      return "  " + json.shownText
    }
    let list = lines.isEmpty ? "[]" : "[\n" + lines.joined(separator: ",\n") + "\n]"
    return Array("{\"v\":1,\"salt\":\"\(hexadecimal(salt))\",\"entries\":\(list)}\n".utf8)
  }

  private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
    if left.path != right.path { return left.path.lexicographicallyPrecedes(right.path) }
    return (left.rule, left.mark) < (right.rule, right.mark)
  }

  /// Anything but what `bytes` makes is refused: half a baseline would excuse at random.
  init(reading bytes: [UInt8], file: String) throws(Fault) {
    guard let json = try? JSON.parse(bytes, maximumBytes: Self.maximumBytes), let members = json.object,
      Set(members.keys) == ["v", "salt", "entries"], json["v"]?.int == 1,
      let salt = json["salt"]?.string.flatMap(Self.unhexed), salt.count == Self.saltBytes,
      let list = json["entries"]?.array
    else { throw Self.invalid(file, "it is no baseline of `bailey scan`") }
    self.salt = salt
    for item in list {
      guard let mark = item["mark"]?.string, mark.utf8.count == 64, let path = item["path"]?.bytes,
        let rule = item["rule"]?.string, item.object?.count == 3
      else { throw Self.invalid(file, "entry \(entries.count + 1) is not as it was written") }
      entries.insert(Entry(rule: rule, path: path, mark: mark))
    }
  }

  /// - Throws: `scan-baseline-invalid` for one that is missing, too, unless it may be.
  static func read(_ path: String, mayBeMissing: Bool = false) throws(Fault) -> Baseline {
    var text: [UInt8]?
    do throws(Errno) { text = try WholeFile.read(path, limit: maximumBytes)?.bytes } catch {
      throw invalid(path, error.message)
    }
    guard let text else {
      if mayBeMissing { return Baseline() }
      throw invalid(path, "there is no such file")
    }
    return try Baseline(reading: text, file: path)
  }

  private static func invalid(_ file: String, _ why: String) -> Fault {
    Fault("scan-baseline-invalid", subject: file, why: why, hint: "write one with --write-baseline")
  }

  private static func unhexed(_ text: String) -> [UInt8]? {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
