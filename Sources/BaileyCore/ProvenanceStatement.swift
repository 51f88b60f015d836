/// What a session read and changed, as an in-toto Statement v1 with a SLSA provenance v1 predicate: docs/provenance.md names the fields.
package struct ProvenanceStatement: Sendable {
  /// Files of each list; the rest is a count.
  package static let mostFiles = 65_536
  /// Bytes of the inputs, and of the outputs; what is beyond is a count, too. An agent chooses the names.
  package static let mostBytes = 8 << 20

  private let summary: SessionSummary
  private let ledger: ReadLedger?
  private let outputs: [SessionOutput]?

  /// - Parameter ledger: `nil` where reads are not recorded.
  package init(_ summary: SessionSummary, ledger: ReadLedger?, outputs: [SessionOutput]?) {
    self.summary = summary
    self.ledger = ledger
    self.outputs = outputs
  }

  package var json: JSON {
    let changed = fitting((outputs ?? []).lazy.map(\.descriptor))
    let predicate: JSON = [
      "buildDefinition": [
        "buildType": "urn:bailey:session:1",
        "externalParameters": [
          "argv": .array(summary.command.map(JSON.string)), "project": .string(summary.project),
          "workspace": .string(summary.mode.rawValue),
        ],
        "internalParameters": parameters,
        "resolvedDependencies": .array(dependencies),
      ],
      "runDetails": [
        "builder": ["id": "urn:bailey:controller"], "metadata": metadata,
        "byproducts": .array(changed.filter { $0["digest"] == nil }),
      ],
    ]
    return [
      "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
      "predicate": predicate, "subject": .array(changed.filter { $0["digest"] != nil }),
    ]
  }

  private var dependencies: [JSON] {
    let inputs = (ledger?.inputs ?? []).sorted { $0.path.lexicographicallyPrecedes($1.path) }
    return fitting(inputs.lazy.map { descriptor($0.path, $0.content) })
  }

  private func fitting(_ descriptors: some Sequence<JSON>) -> [JSON] {
    var (list, bytes): ([JSON], Int) = ([], 0)
    for descriptor in descriptors {
      bytes += descriptor.canonical.count + 1
      if list.count == Self.mostFiles || bytes > Self.mostBytes { break }
      list.append(descriptor)
    }
    return list
  }

  private var parameters: JSON {
    [
      "manifest_sha256": .string(summary.manifestDigest),
      "inputs": ledger.map { reads in
        ["state": "recorded", "files": .int(Int64(reads.inputs.count)), "reads": reads.counts]
      } ?? ["state": "not-recorded"],
      "outputs": outputs.map { ["state": "known", "files": .int(Int64($0.count))] } ?? ["state": "not-known"],
    ]
  }

  private var metadata: JSON {
    var members: [String: JSON] = [
      "invocationId": .string(summary.id.text), "startedOn": .string(timeText(summary.started)),
    ]
    if let ended = summary.ended { members["finishedOn"] = .string(timeText(ended)) }
    return .object(members)
  }
}

extension SessionOutput {
  fileprivate var descriptor: JSON {
    var notes: [String: JSON] = ["bailey.change": .string(kind.rawValue)]
    switch before {
    case .sha256(let hash, let size):
      notes["bailey.before.sha256"] = .string(hash)
      notes["bailey.before.bytes"] = .int(size)
    case .unknown(let why): notes["bailey.before.unknown"] = .string(why.rawValue)
    case nil: break
    }
    if isConflict { notes["bailey.conflict"] = true }
    return BaileyCore.descriptor(path, after, notes)
  }
}

/// An in-toto ResourceDescriptor. One without a digest has a URI, since it must have one of the two; so has a name that is not UTF-8.
private func descriptor(_ path: [UInt8], _ content: ReadLedger.Content?, _ notes: [String: JSON] = [:]) -> JSON {
  var members: [String: JSON] = [:]
  var notes = notes
  let name = String(validating: path, as: UTF8.self)
  if let name { members["name"] = .string(name) }
  switch content {
  case .sha256(let hash, let size):
    members["digest"] = ["sha256": .string(hash)]
    notes["bailey.bytes"] = .int(size)
  case .unknown(let why): notes["bailey.unknown"] = .string(why.rawValue)
  case nil: break
  }
  if name == nil || members["digest"] == nil { members["uri"] = .string(relativeReference(path)) }
  if !notes.isEmpty { members["annotations"] = .object(notes) }
  return .object(members)
}

/// RFC 3986, section 4.2: everything but unreserved characters and slashes as percent signs.
private func relativeReference(_ path: [UInt8]) -> String {
  let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
  return path.reduce(into: "./") { text, byte in
    if plain.contains(byte) {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      text += "%" + hexadecimal([byte]).uppercased()
    }
  }
}
