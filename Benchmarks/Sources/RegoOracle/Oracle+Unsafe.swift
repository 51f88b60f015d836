import Glibc

// SAFETY (whole file): the library is never closed, so its functions live as long as the process; strings that go in live for the
// call, and each that comes out is copied and freed at once.

/// Real OPA in this process, through the shared library of a Python package; for comparisons only.
@safe package final class Oracle {
  private typealias New = @convention(c) () -> UInt64
  private typealias Destroy = @convention(c) (UInt64) -> Void
  private typealias Two =
    @convention(c) (UInt64, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>?
  private typealias Evaluate =
    @convention(c) (UInt64, UnsafePointer<CChar>?, UnsafePointer<CChar>?, CInt, CInt) -> UnsafeMutablePointer<CChar>?
  private typealias Free = @convention(c) (UnsafeMutableRawPointer?) -> Void

  private let library: UnsafeMutableRawPointer
  private var handle: UInt64
  private let addPolicy: Two
  private let addData: Two
  private let evalDocument: Evaluate
  private let evalQuery: Evaluate
  private let free: Free
  private let new: New
  private let destroy: Destroy

  /// Nil if the library cannot be opened.
  package init?(library path: String) {
    guard let library = unsafe dlopen(path, RTLD_NOW),
      let new = unsafe dlsym(library, "OpaNew"), let destroy = unsafe dlsym(library, "OpaDestroy"),
      let addPolicy = unsafe dlsym(library, "OpaAddPolicy"), let addData = unsafe dlsym(library, "OpaAddData"),
      let evalDocument = unsafe dlsym(library, "OpaEvalDocument"),
      let evalQuery = unsafe dlsym(library, "OpaEvalQuery"),
      let free = unsafe dlsym(library, "OpaFreeString")
    else { return nil }
    unsafe self.library = library
    self.new = unsafe unsafeBitCast(new, to: New.self)
    self.destroy = unsafe unsafeBitCast(destroy, to: Destroy.self)
    unsafe self.addPolicy = unsafe unsafeBitCast(addPolicy, to: Two.self)
    unsafe self.addData = unsafe unsafeBitCast(addData, to: Two.self)
    unsafe self.evalDocument = unsafe unsafeBitCast(evalDocument, to: Evaluate.self)
    unsafe self.evalQuery = unsafe unsafeBitCast(evalQuery, to: Evaluate.self)
    unsafe self.free = unsafe unsafeBitCast(free, to: Free.self)
    handle = self.new()
  }

  deinit { destroy(handle) }

  /// Forgets policies and data.
  package func reset() {
    destroy(handle)
    handle = new()
  }

  /// An error, or an empty text.
  package func add(policy: String, name: String) -> String { unsafe take(unsafe addPolicy(handle, name, policy)) }
  package func add(data: String) -> String { unsafe take(unsafe addData(handle, "", data)) }

  /// The reply's JSON.
  package func document(_ path: String, input: String?) -> String {
    unsafe take(unsafe evalDocument(handle, path, input, 0, 0))
  }
  package func query(_ query: String, input: String?) -> String {
    unsafe take(unsafe evalQuery(handle, query, input, 0, 0))
  }

  /// Only what it costs: the reply is not looked at.
  package func touch(_ path: String, input: String) { unsafe free(unsafe evalDocument(handle, path, input, 0, 0)) }

  private func take(_ reply: UnsafeMutablePointer<CChar>?) -> String {
    guard let reply = unsafe reply else { return "" }
    defer { unsafe free(reply) }
    return unsafe String(cString: reply)
  }
}
