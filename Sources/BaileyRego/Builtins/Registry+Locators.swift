extension Registry {
  static let locators: [Builtin] = [
    Builtin("uri.parse", 1) { (a, c) throws(BuiltinFailure) in
      let bytes = Array(try a.string(0))
      do throws(GoURL.Problem) {
        return document(try GoURL(bytes), c.heap)
      } catch {
        throw BuiltinFailure("parse \(GoURL.quote(bytes)): \(error.message)")
      }
    },
    Builtin("uri.is_valid", 1) { (a, _) in
      guard a[0].tag == .string, !a[0].text.isEmpty else { return .false }
      return Value((try? GoURL(Array(a[0].text))) != nil)
    },
  ]

  /// Only what is there.
  private static func document(_ url: GoURL, _ heap: Heap) -> Value {
    let parts: [(String, [UInt8])] = [
      ("scheme", url.scheme), ("hostname", Array(url.hostname)), ("port", Array(url.port)), ("path", url.path),
      ("raw_path", Array(url.rawPath)), ("raw_query", Array(url.query)), ("fragment", url.fragment),
    ]
    return heap.object(
      parts.filter { !$0.1.isEmpty }.map { name, bytes in
        (key: heap.string(name), value: heap.string(String(decoding: bytes, as: UTF8.self)))
      })
  }
}
