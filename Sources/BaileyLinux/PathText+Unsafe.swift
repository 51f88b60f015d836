extension PathText {
  /// Lends the path as a C string.
  @discardableResult
  func withCPath<Value>(_ body: (UnsafePointer<CChar>) throws(Errno) -> Value) throws(Errno) -> Value {
    var bytes = pathBytes
    if bytes.contains(0) { throw .invalid }
    bytes.append(0)
    // SAFETY: the buffer is not empty and ends with NUL; the pointer does not outlive the closure.
    let result: Result<Value, Errno> = unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return .failure(.invalid) }
      return unsafe start.withMemoryRebound(to: CChar.self, capacity: buffer.count) { pointer in
        do throws(Errno) {
          return .success(try unsafe body(pointer))
        } catch {
          return .failure(error)
        }
      }
    }
    return try result.get()
  }
}
