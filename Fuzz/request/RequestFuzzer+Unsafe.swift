import BaileyCore

@testable import BaileyEgress

/// libFuzzer's door to what the gate reads of requests for facts: the first byte chooses the parser.
///
/// Nothing may trap; what is accepted has one form, and the facts do not depend on how the bytes were cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequest(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  switch first % 8 {
  case 0: target(bytes, keepsSlash: false)
  case 1: target(bytes, keepsSlash: true)
  case 2: graphQL(bytes)
  case 3: body(bytes, "/graphql", "application/json")
  case 4: body(bytes, "/mcp", "application/json")
  case 5: body(bytes, "/r.git/git-receive-pack", "application/x-git-receive-pack-request")
  case 6: body(bytes, "/form", "application/x-www-form-urlencoded")
  default: pattern(bytes)
  }
  return 0
}

private func target(_ bytes: [UInt8], keepsSlash: Bool) {
  let raw = String(decoding: bytes, as: UTF8.self)
  guard let target = try? CanonicalTarget(raw, keepsEncodedSlash: keepsSlash) else { return }
  guard let again = try? CanonicalTarget(target.text, keepsEncodedSlash: keepsSlash) else {
    preconditionFailure("the canonical form is refused")
  }
  precondition(again == target, "the canonical form has another")
  precondition(target.text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && target.path.hasPrefix("/"))
  var facts = RequestFacts(method: "GET", path: target.path)
  facts.query = target.query.facts
  precondition(facts.hasCanonicalPath, "no path for rules")
  precondition((facts.query?.keys ?? []).allSatisfy { $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
  _ = CredentialFields.identities([], target.query) { _ in nil }
}

private func graphQL(_ bytes: [UInt8]) {
  guard let document = try? GraphQLDocument(bytes) else { return }
  precondition(!document.operations.isEmpty)
  for operation in document.operations {
    precondition(operation.fields == operation.fields.sorted() && Set(operation.fields).count == operation.fields.count)
  }
}

/// The same facts whether the body comes at once or byte by byte.
private func body(_ bytes: [UInt8], _ path: String, _ type: String) {
  guard let target = try? CanonicalTarget(path) else { preconditionFailure() }
  var whole = BodyPreview(target, contentType: type, isEncoded: false, length: nil)
  var pieces = whole
  whole.feed(bytes, isEnd: true)
  for byte in bytes where pieces.isWaiting { pieces.feed([byte], isEnd: false) }
  if pieces.isWaiting { pieces.feed([], isEnd: true) }
  precondition(!whole.isWaiting && !pieces.isWaiting)
  precondition(whole.members == pieces.members, "a cut changes the facts")
}

private func pattern(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  guard let pattern = try? PathPattern(text) else { return }
  if !text.contains("*"), RequestFacts(method: "", path: text).hasCanonicalPath {
    precondition(pattern.matches(text) && pattern.matchesBroadly(text), "a path that does not match itself")
  }
}
