/// Where the log goes continuously, and how: one entry of `export.yaml`.
package struct ExportSink: Sendable, Equatable {
  package enum Target: Sendable, Equatable {
    case otlp(OTLPTarget)
    case syslog(SyslogTarget)
    case file(FileTarget)
  }

  /// Octet-framed syslog over TCP: in clear (RFC 6587), or over TLS (RFC 5425).
  package struct SyslogTarget: Sendable {
    package var place: HTTPCall.Place
    /// nil in clear.
    package var credentials: (any ExportCredentials)?

    package init(_ place: HTTPCall.Place, credentials: (any ExportCredentials)? = nil) {
      self.place = place
      self.credentials = credentials
    }
  }

  package struct FileTarget: Sendable, Equatable {
    /// Absolute.
    package var path: String
    /// `jsonl` or `ocsf`.
    package var format = ExportFormat.jsonl
    /// Bytes after which the file is put aside.
    package var maximumBytes: Int64 = 64 << 20
    /// Files put aside that are kept.
    package var kept = 4

    package init(path: String) { self.path = path }
  }

  package struct OTLPTarget: Sendable {
    /// Without headers and body.
    package var call: HTTPCall
    /// As its settings name it, for a person.
    package var url: String
    /// A file of mode 0600 with `name: value` lines, read anew each time.
    package var headersFile: String?
    package var credentials: any ExportCredentials

    package init(call: HTTPCall, url: String, headersFile: String?, credentials: any ExportCredentials) {
      self.call = call
      self.url = url
      self.headersFile = headersFile
      self.credentials = credentials
    }
  }

  /// Unique; of the administrator's begins with `admin.`.
  package var name: String
  package var target: Target
  package var hashesPaths = false
  /// One in so many of the ordinary records.
  package var oneIn = 1
  /// Counts a minute instead of records.
  package var countsOnly = false
  /// A sink without a cursor begins with the log's first record, or with the next one.
  package var beginsNow = false

  package init(name: String, target: Target) {
    self.name = name
    self.target = target
  }
}

/// What a collector is shown and must prove, from files.
package protocol ExportCredentials: Sendable {
  /// Extra headers, and how the connection is secured; nil in clear.
  func read() throws(Fault) -> (headers: [String: String], security: HTTPSecurity?)
}

extension ExportSink.SyslogTarget: Equatable {
  package static func == (left: Self, right: Self) -> Bool {
    left.place == right.place && (left.credentials == nil) == (right.credentials == nil)
  }
}

extension ExportSink.OTLPTarget: Equatable {
  package static func == (left: Self, right: Self) -> Bool {
    left.url == right.url && left.headersFile == right.headersFile && left.call.place == right.call.place
  }
}
