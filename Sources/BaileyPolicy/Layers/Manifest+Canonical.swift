package import BaileyCore

extension Manifest {
  /// All that a manifest permits, without the places where it was written: two files that mean the same have the same digest.
  ///
  /// Order counts only where it has a meaning, so every list is sorted and free of doubles.
  package var canonicalForm: JSON {
    guard case .object(var members) = permissions else { return permissions }
    // Only where it is so: what says nothing of it keeps its digest.
    if recording != RecordingRules() { members["recording"] = recording.canonicalForm }
    if !secrets.isEmpty { members["secrets"] = .array(Self.sorted(secrets.map(\.canonicalForm))) }
    return .object(members)
  }

  private var permissions: JSON {
    [
      "version": 1, "name": .string(name), "workspace": .string(workspace.rawValue),
      "files": .array(Self.sorted(files.map(\.canonicalForm))),
      "network": .array(Self.sorted(network.map(\.canonicalForm))),
      "environment": [
        "pass": .strings(environment.pass), "set": .object(environment.set.mapValues(JSON.string)),
        "secrets": .strings(environment.secrets),
      ],
      "limits": limits.canonicalForm, "sensitive": .strings(sensitive.map(\.pattern)),
      "optional": .strings(optional.map(\.rawValue)),
      "publish": .array(Set(publish).sorted().map { .int(Int64($0)) }),
      "host_ports": .array(Set(hostPorts).sorted().map { .int(Int64($0)) }),
    ]
  }

  private static func sorted(_ values: [JSON]) -> [JSON] {
    let byText = values.map { (ExactText($0.canonicalText), $0) }
    let unique = Dictionary(byText, uniquingKeysWith: { first, _ in first })
    return unique.keys.sortedTexts().compactMap { unique[ExactText($0)] }
  }
}

extension ManifestDocument {
  /// What trust in a project's manifest is bound to: also what it builds on, since that adds permissions.
  package var canonicalForm: JSON {
    var manifest = self.manifest
    manifest.workspace = workspace ?? .staged
    return [
      "manifest": manifest.canonicalForm, "extends": .strings(extends), "states_workspace": .bool(workspace != nil),
    ]
  }
}

extension SecretWish {
  fileprivate var canonicalForm: JSON { ["name": .string(name), "env": .strings(variables)] }
}

extension FileRule {
  fileprivate var canonicalForm: JSON { ["path": .string(path), "access": .string(access.rawValue)] }
}

extension NetworkRule {
  /// `opaque` only where it is so: what says nothing of it keeps its digest.
  fileprivate var canonicalForm: JSON {
    var members: [String: JSON] = [
      "target": .string(targetText), "ports": .strings(ports.map(\.manifestText)),
      "protocol": .string(transport.rawValue), "access": .string(access.rawValue),
    ]
    if isOpaque { members["opaque"] = true }
    if !request.isPlain { members["request"] = request.canonicalForm }
    return .object(members)
  }

  /// The host pattern or the address range.
  package var targetText: String {
    switch target {
    case .host(let pattern): pattern.description
    case .address(let range): range.description
    }
  }
}

extension RequestRule {
  /// Only what is stated. Policies read it as `data.manifest.network[_].request`.
  fileprivate var canonicalForm: JSON {
    var members: [String: JSON] = [:]
    let lists = [
      "methods": methods, "paths": paths?.map(\.text), "query": query, "headers": headers,
      "content_types": contentTypes,
    ]
    for (key, list) in lists { if let list { members[key] = .strings(list) } }
    let numbers = ["max_body": maxBody, "max_response": maxResponse, "upload_budget": uploadBudget]
    for (key, number) in numbers { if let number { members[key] = .int(number) } }
    switch identity {
    case .placeholders(let names)?: members["identity"] = .strings(names.map { "placeholder:" + $0 })
    case let other?: members["identity"] = .string(other.text)
    case nil: break
    }
    if keepsEncodedSlash { members["encoded_slash"] = true }
    return .object(members)
  }
}

extension ClosedRange<UInt16> {
  /// As a manifest writes it: `443` or `8000-8010`.
  package var manifestText: String { count == 1 ? "\(lowerBound)" : "\(lowerBound)-\(upperBound)" }
}

extension RecordingRules {
  /// Only what is stated.
  fileprivate var canonicalForm: JSON {
    var members: [String: JSON] = ["input": .bool(input), "required": .bool(isRequired)]
    if let extent { members["sessions"] = .string(extent.rawValue) }
    if let limit { members["limit"] = .int(limit) }
    if reads { members["reads"] = true }
    return .object(members)
  }
}

extension Limits {
  /// Only what is stated.
  fileprivate var canonicalForm: JSON {
    let stated: [(String, Int64?)] = [
      ("processes", processes.map(Int64.init)), ("memory", memory), ("files", files.map(Int64.init)),
      ("file_size", fileSize), ("cpu", cpuSeconds.map(Int64.init)), ("wall", wallSeconds.map(Int64.init)),
      ("upload", uploadBytes), ("tokens", tokens), ("cost", cost),
    ]
    var members: [String: JSON] = [:]
    for (key, value) in stated { if let value { members[key] = .int(value) } }
    return .object(members)
  }
}

extension JSON {
  fileprivate static func strings(_ values: [String]) -> JSON { .array(values.exact.sortedTexts().map(JSON.string)) }
}
