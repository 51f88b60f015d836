import BaileyCore

/// A statement as a person reads it.
struct ProvenanceText {
  private let session: String
  private let inputs: JSON
  private let outputs: JSON
  private let read: [JSON]
  private let changed: [JSON]

  init?(_ statement: JSON) {
    let definition = statement["predicate"]?["buildDefinition"]
    let run = statement["predicate"]?["runDetails"]
    guard let session = run?["metadata"]?["invocationId"]?.string, let subject = statement["subject"]?.array,
      let inputs = definition?["internalParameters"]?["inputs"],
      let outputs = definition?["internalParameters"]?["outputs"],
      let read = definition?["resolvedDependencies"]?.array, let rest = run?["byproducts"]?.array
    else { return nil }
    self.session = session
    self.inputs = inputs
    self.outputs = outputs
    self.read = read
    changed = (subject + rest).sorted { Self.name($0) < Self.name($1) }
  }

  var shown: String {
    var text = "session \(printable(session))\n\(heading("inputs", inputs))\n"
    text += read.map { line($0, "") }.joined()
    if let reads = inputs["reads"] { text += "  " + Self.counts(reads) + "\n" }
    text += heading("outputs", outputs) + "\n"
    text += changed.map { line($0, $0["annotations"]?["bailey.change"]?.string ?? "?") }.joined()
    return text
  }

  private func heading(_ word: String, _ part: JSON) -> String {
    guard let files = part["files"]?.int else {
      return word + (word == "inputs" ? ": not recorded" : ": not known")
    }
    return "\(word): \(files) \(files == 1 ? "file" : "files")"
  }

  /// A hash in full: it is there to be compared.
  private func line(_ file: JSON, _ change: String) -> String {
    let why = file["annotations"]?["bailey.unknown"]?.string.map { "no hash: " + $0 } ?? "no content"
    let hash = file["digest"]?["sha256"]?.string ?? why
    let padded = hash + String(repeating: " ", count: max(0, 64 - hash.utf8.count))
    let kind = change.isEmpty ? "" : "  " + change + String(repeating: " ", count: max(0, 12 - change.utf8.count))
    return "  \(printable(padded))\(printable(kind))  \(printable(Self.name(file)))\n"
  }

  private static func name(_ file: JSON) -> String { file["name"]?.string ?? file["uri"]?.string ?? "?" }

  private static func counts(_ reads: JSON) -> String {
    func count(_ key: String) -> Int64 { reads[key]?.int ?? 0 }
    var text =
      "\(count("opens")) opened to be read: \(count("recorded")) recorded, \(count("repeated")) again, \(count("missing")) not there"
    if count("beyond") > 0 { text += ", \(count("beyond")) NOT RECORDED: too many" }
    return text
  }
}
