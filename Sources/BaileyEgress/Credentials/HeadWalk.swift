import BaileyCore
import BaileyLinux

/// Goes through the head of a request, and puts something in the place of each placeholder.
///
/// Done twice: once to see what stands where, with the placeholder put back, and once with the values. A placeholder in a place that its
/// secret does not name ends the request.
struct HeadWalk {
  let table: CredentialTable
  let target: HTTPTarget
  let method: String
  /// What stands for the placeholder; erased when it has been written.
  let put: (CredentialTable.Entry, SecretPlace) throws(Refusal) -> [UInt8]

  func rewritten(_ head: RequestHead) throws(Refusal) -> RequestHead {
    var head = head
    head.target = try requestTarget(head.target)
    for index in head.fields.indices { head.fields[index].value = try field(head.fields[index]) }
    return head
  }

  // MARK: fields

  private func field(_ field: HTTPField) throws(Refusal) -> [UInt8] {
    if field.name == "authorization" || field.name == "proxy-authorization", let basic = try basic(field) {
      return basic
    }
    return try replaced(field.value, .header(field.name), .field)
  }

  /// `nil` for any other scheme.
  private func basic(_ field: HTTPField) throws(Refusal) -> [UInt8]? {
    let parts = field.text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    guard parts.count == 2, parts[0].lowercased() == "basic", var pair = Base64.decode(String(parts[1])) else {
      return nil
    }
    guard !table.finder.matches(in: pair).isEmpty else { return field.value }
    // Joined to something, it could hide that: a part of a name or password is nobody's.
    for match in table.finder.matches(in: pair) where !isWhole(match.range, in: pair) {
      throw .misplaced(table.entries[match.index], "a part of a name or password", target)
    }
    if field.name != "authorization" { throw .misplaced(entry(in: pair), "the header \(field.name)", target) }
    var filled = try replaced(pair, .basic, nil)
    defer {
      Erasing.erase(&filled)
      Erasing.erase(&pair)
    }
    return Array((parts[0] + " " + Base64.encode(filled)).utf8)
  }

  private func isWhole(_ range: Range<Int>, in pair: [UInt8]) -> Bool {
    let colon = UInt8(ascii: ":")
    return (range.lowerBound == 0 || pair[range.lowerBound - 1] == colon)
      && (range.upperBound == pair.count || pair[range.upperBound] == colon)
  }

  private func entry(in bytes: [UInt8]) -> CredentialTable.Entry {
    table.entries[table.finder.first(in: bytes)?.index ?? 0]
  }

  // MARK: path and query

  private func requestTarget(_ text: String) throws(Refusal) -> String {
    let bytes = Array(text.utf8)
    // Another spelling of a placeholder is nowhere replaced.
    let decoded = ValueEncoding.decoded(bytes) ?? bytes
    let (plain, hidden) = (table.finder.matches(in: bytes), table.finder.matches(in: decoded))
    guard !hidden.isEmpty else { return text }
    guard plain.count == hidden.count else { throw .misplaced(entry(in: decoded), "an encoded part", target) }
    let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
    var result = try path(Array(bytes[..<end]))
    if end < bytes.count { result += [UInt8(ascii: "?")] + (try query(bytes[(end + 1)...])) }
    defer { Erasing.erase(&result) }
    return String(decoding: result, as: UTF8.self)
  }

  private func path(_ bytes: [UInt8]) throws(Refusal) -> [UInt8] {
    for match in table.finder.matches(in: bytes) {
      let (start, end) = (match.range.lowerBound, match.range.upperBound)
      guard start > 0, bytes[start - 1] == ExactText.slash, end == bytes.count || bytes[end] == ExactText.slash else {
        throw .misplaced(table.entries[match.index], "a part of the path", target)
      }
    }
    return try replaced(bytes, .path, .percent)
  }

  private func query(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> [UInt8] {
    var result: [UInt8] = []
    for (index, field) in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).enumerated() {
      if index > 0 { result.append(UInt8(ascii: "&")) }
      let end = field.firstIndex(of: UInt8(ascii: "=")) ?? field.startIndex
      let name = Array(field[..<end])
      if let match = table.finder.first(in: name) { throw .misplaced(table.entries[match.index], "a name", target) }
      let plain = String(decoding: ValueEncoding.decoded(name, plusIsSpace: true) ?? name, as: UTF8.self)
      result += name + (try replaced(Array(field[end...]), .query(plain), .percent))
    }
    return result
  }

  /// - Parameter encoding: `nil` writes a value as it is.
  private func replaced(_ bytes: [UInt8], _ place: SecretPlace, _ encoding: ValueEncoding?) throws(Refusal) -> [UInt8] {
    let matches = table.finder.matches(in: bytes)
    if matches.isEmpty { return bytes }
    var (result, end) = ([UInt8](), 0)
    for match in matches {
      let entry = table.entries[match.index]
      var value = try put(entry, place)
      defer { Erasing.erase(&value) }
      guard let written = encoding == nil ? value : encoding?.encode(value) else { throw .unfit(entry.name, place) }
      result += bytes[end..<match.range.lowerBound] + written
      end = match.range.upperBound
    }
    return result + bytes[end...]
  }
}
