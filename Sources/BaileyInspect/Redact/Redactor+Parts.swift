/// Documents made of others.
extension Redactor {
  /// Event by event; lines other than `data` are plain text.
  func events(_ bytes: [UInt8]) throws(RedactionRefusal) -> RedactedDocument {
    var pieces: [(range: Range<Int>, form: DocumentForm)] = []
    var at = 0
    while at < bytes.count {
      let end = bytes[at...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) ?? bytes.count
      let isData = bytes[at..<end].starts(with: Array("data:".utf8))
      let begin = min(end, at + (isData ? (bytes[at..<end].dropFirst(5).first == 0x20 ? 6 : 5) : 0))
      let first = bytes[begin..<end].first
      if begin < end { pieces.append((begin..<end, isData && (first == 0x7B || first == 0x5B) ? .json : .text)) }
      at = end + 1
    }
    return try assemble(bytes, pieces)
  }

  /// The boundaries stay. What has no boundary is plain.
  func multipart(_ bytes: [UInt8], _ boundary: String) throws(RedactionRefusal) -> RedactedDocument {
    let mark = Array("--\(boundary)".utf8)
    let marks = boundary.isEmpty ? [] : Self.lines(beginningWith: mark, bytes)
    guard !marks.isEmpty else { return try plain(bytes) }
    var pieces: [(range: Range<Int>, form: DocumentForm)] = [(0..<marks[0], .text)]
    for (index, start) in marks.enumerated() {
      let end = index + 1 < marks.count ? marks[index + 1] : bytes.count
      let line = (bytes[start..<end].firstIndex(of: 0x0A) ?? end - 1) + 1
      pieces += part(bytes, line..<max(line, end))
    }
    return try assemble(bytes, pieces)
  }

  private static func lines(beginningWith mark: [UInt8], _ bytes: [UInt8]) -> [Int] {
    var (found, at) = ([Int](), 0)
    while at < bytes.count {
      if bytes[at...].starts(with: mark) { found.append(at) }
      at = (bytes[at...].firstIndex(of: 0x0A) ?? bytes.count) + 1
    }
    return found
  }

  /// The head of a part, and its body without the line end before the boundary.
  private func part(_ bytes: [UInt8], _ range: Range<Int>) -> [(range: Range<Int>, form: DocumentForm)] {
    var (at, form) = (range.lowerBound, DocumentForm.text)
    var pieces: [(range: Range<Int>, form: DocumentForm)] = []
    while at < range.upperBound {
      let end = bytes[at..<range.upperBound].firstIndex(of: 0x0A) ?? range.upperBound
      let line = bytes[at..<end].last == 0x0D ? at..<end - 1 : at..<end
      at = min(end + 1, range.upperBound)
      if line.isEmpty { break }
      let text = String(decoding: bytes[line], as: UTF8.self).lowercased()
      if text.hasPrefix("content-type:") { form = Self.form(of: text) }
      pieces.append((line, .text))
    }
    var end = range.upperBound
    if end > at, bytes[end - 1] == 0x0A { end -= 1 }
    if end > at, bytes[end - 1] == 0x0D { end -= 1 }
    return pieces + [(at..<end, form)]
  }

  private static func form(of line: String) -> DocumentForm {
    if line.contains("json") { return .json }
    return line.contains("x-www-form-urlencoded") ? .form : .text
  }

  /// Each piece by itself; what stands between them stays.
  private func assemble(
    _ bytes: [UInt8], _ pieces: [(range: Range<Int>, form: DocumentForm)]
  ) throws(RedactionRefusal) -> RedactedDocument {
    guard pieces.count <= LeafDocument.maximumLeaves else { return try plain(bytes) }
    var document = RedactedDocument(bytes: [], redacted: [], isStructured: true)
    var done = 0
    for piece in pieces where !piece.range.isEmpty {
      document.bytes += bytes[done..<piece.range.lowerBound]
      let part = try redact(Array(bytes[piece.range]), as: piece.form)
      document.bytes += part.bytes
      document.redacted += part.redacted.map { $0.moved(by: piece.range.lowerBound) }
      document.isStructured = document.isStructured && part.isStructured
      done = piece.range.upperBound
    }
    document.bytes += bytes[done...]
    return document
  }
}

extension Redacted {
  func moved(by distance: Int) -> Redacted {
    var moved = self
    moved.finding.span = finding.span.lowerBound + distance..<finding.span.upperBound + distance
    return moved
  }
}
