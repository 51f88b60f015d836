import BaileyCore
import BaileyLinux
import Crypto

/// Signs for AWS with the real keys. Of the keys it keeps only the one of this day, region and service.
struct AWSSigner {
  let request: SignedRequest
  private let identity: String
  private let key: SymmetricKey

  /// - Parameter value: `ID:KEY` or `ID:KEY:TOKEN`.
  init?(_ request: SignedRequest, _ value: any SecretValue) {
    self.request = request
    guard let keys = value.lend({ span -> (String, SymmetricKey)? in AWSSigner.keys(span, request) }) else {
      return nil
    }
    (identity, key) = keys
  }

  private static func keys(_ span: Span<UInt8>, _ request: SignedRequest) -> (String, SymmetricKey)? {
    var parts: [[UInt8]] = [[]]
    for index in span.indices {
      if span[index] == UInt8(ascii: ":") { parts.append([]) } else { parts[parts.count - 1].append(span[index]) }
    }
    defer { for index in parts.indices { Erasing.erase(&parts[index]) } }
    guard parts.count == 2 || parts.count == 3 else { return nil }
    var start = Array("AWS4".utf8) + parts[1]
    defer { Erasing.erase(&start) }
    var key = SymmetricKey(data: start)
    for text in [request.date, request.region, request.service, "aws4_request"] {
      key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }
    return (String(decoding: parts[0], as: UTF8.self), key)
  }

  /// - Returns: the value of `Authorization`, and its signature.
  func authorization(_ head: RequestHead, payload: String) -> (header: String, signature: String)? {
    guard let canonical = request.canonical(head, payload: payload) else { return nil }
    let signature = sign([SignedRequest.algorithm, request.time, request.scope, Self.hash(Array(canonical.utf8))])
    let header =
      "\(SignedRequest.algorithm) Credential=\(identity)/\(request.scope), SignedHeaders=\(request.names.joined(separator: ";")), "
      + "Signature=\(signature)"
    return (header, signature)
  }

  /// Of one chunk of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
  func chunk(_ bytes: [UInt8], after previous: String) -> String {
    sign([
      SignedRequest.algorithm + "-PAYLOAD", request.time, request.scope, previous, Self.hash([]), Self.hash(bytes),
    ])
  }

  private func sign(_ lines: [String]) -> String {
    hexadecimal(Array(HMAC<SHA256>.authenticationCode(for: Array(lines.joined(separator: "\n").utf8), using: key)))
  }

  static func hash(_ bytes: [UInt8]) -> String { hexadecimal(Array(SHA256.hash(data: bytes))) }
}
