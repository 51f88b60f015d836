extension Descriptor {
  /// Lends a descriptor that belongs to somebody else (0, 1, 2 belong to the process), without closing it.
  package static func lending<R: ~Copyable, E: Error>(
    _ number: Int32, _ body: (borrowing Descriptor) throws(E) -> R
  ) throws(E) -> R {
    let borrowed = Descriptor(owning: number)
    do throws(E) {
      let result = try body(borrowed)
      _ = borrowed.take()
      return result
    } catch {
      _ = borrowed.take()
      throw error
    }
  }

  /// An owned copy of one of 0, 1 and 2.
  package static func copy(of number: Int32) throws(Errno) -> Descriptor {
    try lending(number) { stream throws(Errno) in try stream.duplicate() }
  }
}
