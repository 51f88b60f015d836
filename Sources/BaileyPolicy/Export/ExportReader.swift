import BaileyCore

/// Takes one `export.yaml` apart.
struct ExportReader {
  private static let common = ["name", "otlp", "syslog", "file", "paths", "sample", "counts", "from"]
  private static let ofOTLP = ["headers_file", "clear", "ca", "cert", "key", "timeout"]
  private static let ofSyslog = ["clear", "ca", "cert", "key"]
  /// Of syslog over TLS (RFC 5425, 4.1).
  private static let syslogPort: UInt16 = 6514
  private static let ofFile = ["format", "maximum_mb", "keep"]

  let file: String
  let storage: any PolicyStorage

  func fault(_ why: String, _ mark: Mark, hint: String? = nil) -> Fault {
    Fault("export-settings", subject: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }

  func members(_ node: YAMLNode, keys: [String]) throws(Fault) -> [String: YAMLNode] {
    try node.members(keys: keys) { fault($0, $1, hint: $2) }
  }

  func sink(_ node: YAMLNode) throws(Fault) -> ExportSink {
    let all = try members(node, keys: Self.common + Self.ofOTLP + Self.ofSyslog + Self.ofFile)
    let kinds = ["otlp", "syslog", "file"].filter { all[$0] != nil }
    guard kinds.count == 1, let kind = kinds.first else {
      throw fault("a sink has exactly one of `otlp`, `syslog` and `file`", node.mark)
    }
    let allowed = Self.common + (kind == "otlp" ? Self.ofOTLP : kind == "syslog" ? Self.ofSyslog : Self.ofFile)
    let fields = ExportFields(reader: self, members: try members(node, keys: allowed), mark: node.mark)
    var sink = ExportSink(name: try name(fields), target: try target(kind, fields))
    sink.hashesPaths = try fields.choice("paths", ["plain", "hashed"]) == "hashed"
    sink.oneIn = try fields.number("sample", 1...1_000_000) ?? 1
    sink.countsOnly = try fields.choice("counts", ["false", "true"]) == "true"
    sink.beginsNow = try fields.choice("from", ["start", "now"]) == "now"
    return sink
  }

  private func name(_ fields: ExportFields) throws(Fault) -> String {
    let name = try fields.text("name") ?? ""
    let isPlain = name.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x5F || $0 == 0x2D
    }
    guard !name.isEmpty, name.utf8.count <= 64, isPlain else {
      throw fault("a sink has a `name` of letters, digits, - and _", fields.mark)
    }
    return name
  }

  private func target(_ kind: String, _ fields: ExportFields) throws(Fault) -> ExportSink.Target {
    switch kind {
    case "otlp": .otlp(try otlp(fields))
    case "syslog": .syslog(try syslog(fields))
    default: .file(try written(fields))
    }
  }
}

// MARK: the kinds of sinks

extension ExportReader {
  private func otlp(_ fields: ExportFields) throws(Fault) -> ExportSink.OTLPTarget {
    let text = try fields.text("otlp") ?? ""
    let mark = fields.mark("otlp")
    let (base, tail) = RemoteURL.parts(text)
    // OTLP's own where there is none.
    let path = tail.count < 2 ? "/v1/logs" : tail
    let url: RemoteURL
    do throws(RemoteURL.Refused) { url = try RemoteURL(base) } catch { throw fault(error.why, mark, hint: error.hint) }
    if !url.isSecure { try checkClear(url.place, fields, mark, "https://") }
    let tls = try tls(url, fields)
    var call = HTTPCall(url.place, path)
    call.headers["host"] = url.host
    call.timeout = try fields.number("timeout", 100...120_000) ?? 10_000
    let headers = try fields.path("headers_file")
    return ExportSink.OTLPTarget(
      call: call, url: text, headersFile: headers,
      credentials: FileCredentials(headers: headers, tls: tls, storage: storage))
  }

  private func tls(_ url: RemoteURL, _ fields: ExportFields) throws(Fault) -> RemoteTLS? {
    let (authorities, certificate, key) = (try fields.path("ca"), try fields.path("cert"), try fields.path("key"))
    guard (certificate == nil) == (key == nil) else { throw fault("`cert` and `key` come together", fields.mark) }
    if url.isSecure {
      return RemoteTLS(name: url.name, authorities: authorities, certificate: certificate, key: key)
    }
    guard authorities == nil, certificate == nil else {
      throw fault("`ca`, `cert` and `key` are for TLS, and this is in clear", fields.mark)
    }
    return nil
  }

  /// The log of what a person does goes in clear to this machine only, unless the settings say otherwise.
  private func checkClear(_ place: HTTPCall.Place, _ fields: ExportFields, _ mark: Mark, _ safe: String) throws(Fault) {
    let isClear = try fields.choice("clear", ["false", "true"]) == "true"
    guard !isClear, case .address(let address, _) = place, address.addressClass != .loopback else { return }
    throw fault(
      "\(address) is another machine, and this is in clear", mark,
      hint: "use \(safe), or say `clear: true` to accept it")
  }

  private func syslog(_ fields: ExportFields) throws(Fault) -> ExportSink.SyslogTarget {
    let text = try fields.text("syslog") ?? ""
    let mark = fields.mark("syslog")
    let scheme = ["tcp://": "http://", "tls://": "https://"][text.prefix(6)]
    guard let scheme, let url = try? RemoteURL(scheme + text.dropFirst(6), port: Self.syslogPort) else {
      throw fault("`syslog` is `tls://HOST:PORT` or `tcp://ADDRESS:PORT`", mark)
    }
    if !url.isSecure { try checkClear(url.place, fields, mark, "tls://") }
    let credentials = try tls(url, fields).map { FileCredentials(headers: nil, tls: $0, storage: storage) }
    return ExportSink.SyslogTarget(url.place, credentials: credentials)
  }

  private func written(_ fields: ExportFields) throws(Fault) -> ExportSink.FileTarget {
    guard let path = try fields.path("file"), !path.hasSuffix("/") else {
      throw fault("`file` is an absolute path", fields.mark)
    }
    var file = ExportSink.FileTarget(path: path)
    file.format = try fields.choice("format", ["jsonl", "ocsf"]).flatMap(ExportFormat.init(rawValue:)) ?? .jsonl
    if let number = try fields.number("maximum_mb", 1...1_000_000) { file.maximumBytes = Int64(number) << 20 }
    file.kept = try fields.number("keep", 0...1000) ?? file.kept
    return file
  }
}

/// The members of one sink, by kind of value.
struct ExportFields {
  let reader: ExportReader
  let members: [String: YAMLNode]
  let mark: Mark

  func mark(_ key: String) -> Mark { members[key]?.mark ?? mark }

  func text(_ key: String) throws(Fault) -> String? {
    guard let value = members[key] else { return nil }
    guard case .scalar(let text, _, _) = value, !text.isEmpty, text.utf8.count <= 1024,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { throw reader.fault("`\(key)` is no text without blanks", value.mark) }
    return text
  }

  func choice(_ key: String, _ words: [String]) throws(Fault) -> String? {
    guard let text = try text(key) else { return nil }
    guard words.contains(text) else {
      throw reader.fault("`\(key)` is \(words.map { "`\($0)`" }.joined(separator: " or "))", mark(key))
    }
    return text
  }

  func number(_ key: String, _ range: ClosedRange<Int>) throws(Fault) -> Int? {
    guard let text = try text(key) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw reader.fault("`\(key)` is a number from \(range.lowerBound) to \(range.upperBound)", mark(key))
    }
    return number
  }

  func path(_ key: String) throws(Fault) -> String? {
    guard let text = try text(key) else { return nil }
    guard text.hasPrefix("/") else { throw reader.fault("`\(key)` is an absolute path", mark(key)) }
    return text
  }
}
