package import BaileyCore

/// One thing that is wrong with a manifest, and where.
package struct ManifestIssue: Error, Sendable, Equatable {
  package var code: String
  package var why: String
  package var hint: String?
  package var source: SourceLocation

  package init(_ code: String, _ why: String, hint: String? = nil, at source: SourceLocation) {
    self.code = code
    self.why = why
    self.hint = hint
    self.source = source
  }

  /// `file:line:column: why [code]`, and the hint on a line of its own.
  package var text: String {
    let line = "\(place): \(why) [\(code)]"
    return hint.map { "\(line)\n  hint: \($0)" } ?? line
  }

  private var place: String {
    source.line > 0 ? "\(printable(source.file)):\(source.line):\(source.column)" : printable(source.file)
  }

  /// A single issue as it is; several as one `manifest-invalid` that lists them.
  package static func fault(_ issues: [ManifestIssue], file: String) -> Fault {
    if issues.count == 1, let issue = issues.first {
      return Fault(issue.code, subject: issue.place, why: issue.why, hint: issue.hint)
    }
    let shown = issues.prefix(20).map(\.text).joined(separator: "\n")
    return Fault("manifest-invalid", subject: file, why: "\(issues.count) errors\n\(shown)")
  }
}

/// Every issue of one manifest, in the order of the text.
package struct ManifestIssues: Error, Sendable, Equatable {
  package var issues: [ManifestIssue]
}
