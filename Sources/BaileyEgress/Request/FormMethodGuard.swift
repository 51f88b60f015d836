import BaileyCore
import NIOCore

/// Ends an exchange whose form has a field that servers take for its method (`_method`), before all of it is at the server.
///
/// Forms that are encoded cannot be read here, and are refused. Members of JSON are not looked at.
struct FormMethodGuard: MessageGuard {
  private enum Kind { case other, form(FormPlaces), parts(line: [UInt8], isField: Bool) }

  private var kind = Kind.other
  /// Of a line, bytes.
  private static let longest = 4096

  var heldBytes: Int { 0 }

  mutating func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    switch part {
    case .request(let head): try begin(head)
    case .data(let bytes): for byte in bytes.readableBytesView { try read(byte) }
    case .response, .end: break
    }
    return .pass([part])
  }

  mutating func resume() -> GuardStep { .pass([]) }

  private mutating func begin(_ head: RequestHead) throws(Refusal) {
    switch head.fields.mediaType {
    case "application/x-www-form-urlencoded": kind = .form(FormPlaces())
    case let type where type.hasPrefix("multipart/"): kind = .parts(line: [], isField: false)
    default: return
    }
    if head.fields.isEncoded { throw .override("what is encoded in this form") }
  }

  private mutating func read(_ byte: UInt8) throws(Refusal) {
    switch kind {
    case .other: break
    case .form(var places):
      places.advance(byte)
      kind = .form(places)
      guard byte == UInt8(ascii: "=") else { return }
      guard let name = places.name else { throw .override("a field whose name cannot be read") }
      try check(name)
    case .parts(let line, let wasField) where byte == 10:
      let isContinued = line.first == 32 || line.first == 9
      let text = HTTPToken.lower(line)
      let isField = text.hasPrefix("content-disposition") || wasField && isContinued
      kind = .parts(line: [], isField: isField)
      if isField { try checkName(text) }
    case .parts(var line, let isField):
      if line.count < Self.longest { line.append(byte) }
      kind = .parts(line: line, isField: isField)
    }
  }

  /// `Content-Disposition: form-data; name="…"` (RFC 7578, section 4.2).
  private func checkName(_ line: String) throws(Refusal) {
    for parameter in line.split(separator: ";") {
      let pair = parameter.split(separator: "=", maxSplits: 1).map { $0.filter { !" \t\r\"'".contains($0) } }
      if pair.count == 2, pair[0] == "name" { try check(pair[1]) }
    }
  }

  private func check(_ name: String) throws(Refusal) {
    if RequestRule.isMethod(key: name) { throw .override("the form's field `_method`") }
  }
}

extension Refusal {
  fileprivate static func override(_ what: String) -> Refusal {
    Refusal(
      "override-not-allowed", "\(what) may make another request of this one, and rules allow only some methods",
      hint: "send the request with the method itself")
  }
}
