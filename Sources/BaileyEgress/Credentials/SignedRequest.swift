import BaileyCore

/// A request that is signed for AWS (Signature Version 4) with keys that are placeholders: what was signed, and by whose keys.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct SignedRequest: Sendable, Equatable {
  static let algorithm = "AWS4-HMAC-SHA256"

  /// `YYYYMMDD`, of the scope.
  let date: String
  let region: String
  let service: String
  /// Lower case, in order.
  let names: [String]
  /// `X-Amz-Date`.
  let time: String

  var scope: String { "\(date)/\(region)/\(service)/aws4_request" }

  /// - Parameter authorization: the value of the header; `nil` where it is none of this kind.
  init?(_ authorization: String, time: String?) {
    guard authorization.hasPrefix(Self.algorithm + " "), let time, Self.isTime(time) else { return nil }
    var parts: [String: String] = [:]
    for part in authorization.dropFirst(Self.algorithm.count + 1).split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
      guard pair.count == 2, parts.updateValue(pair[1], forKey: pair[0]) == nil else { return nil }
    }
    let credential = (parts["Credential"] ?? "").split(separator: "/", omittingEmptySubsequences: false).map(
      String.init)
    names = (parts["SignedHeaders"] ?? "").split(separator: ";").map(String.init)
    guard parts.count == 3, parts["Signature"] != nil, credential.count == 5, credential[4] == "aws4_request",
      names.contains("host"), names == names.sorted(), time.hasPrefix(credential[1])
    else { return nil }
    (date, region, service) = (credential[1], credential[2], credential[3])
    self.time = time
  }

  /// `20150830T123600Z`.
  private static func isTime(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 16 && bytes[8] == UInt8(ascii: "T") && bytes[15] == UInt8(ascii: "Z")
      && (bytes[..<8] + bytes[9..<15]).allSatisfy { (0x30...0x39).contains($0) }
  }

  // MARK: the canonical request

  /// - Parameter payload: hex, or one of the words that stand for it.
  /// - Returns: `nil` where a signed header is not there.
  func canonical(_ head: RequestHead, payload: String) -> String? {
    let parts = head.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var text =
      head.method + "\n" + path(String(parts[0])) + "\n" + Self.query(parts.count == 2 ? String(parts[1]) : "") + "\n"
    for name in names {
      guard let value = Self.value(name, head) else { return nil }
      text += name + ":" + value + "\n"
    }
    return text + "\n" + names.joined(separator: ";") + "\n" + payload
  }

  private static func value(_ name: String, _ head: RequestHead) -> String? {
    // The field may tell what the body was before a value was put in.
    if name == "content-length", let bytes = head.framing.bytes { return String(bytes) }
    let values = head.values(name)
    if values.isEmpty { return nil }
    return values.map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: ",")
  }

  /// S3 takes the path as it is; all others without dots and doubled slashes, and encoded once more.
  private func path(_ path: String) -> String {
    if service == "s3" { return path.isEmpty ? "/" : path }
    var segments: [Substring] = []
    for segment in path.split(separator: "/") where segment != "." {
      if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
    }
    let isOpen = path.hasSuffix("/") && !segments.isEmpty
    let plain = "/" + segments.joined(separator: "/") + (isOpen ? "/" : "")
    return String(decoding: ValueEncoding.percent(plain.utf8, keeping: ExactText.slash), as: UTF8.self)
  }

  private static func query(_ query: String) -> String {
    let fields = query.split(separator: "&").map { field -> (String, String) in
      let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (encoded(pair[0]), pair.count == 2 ? encoded(pair[1]) : "")
    }
    return fields.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { $0.0 + "=" + $0.1 }.joined(separator: "&")
  }

  private static func encoded(_ text: Substring) -> String {
    String(decoding: ValueEncoding.percent(ValueEncoding.decoded(text.utf8) ?? Array(text.utf8)), as: UTF8.self)
  }
}
